// Detail and connectivity of a map under a series of filters: the trial table of the search
// (Terwilliger et al. 2018, sections 2.3-2.4).
#pragma once

#include <cstddef>
#include <vector>

#include "sharpem/contour.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

struct DetailOptions {
  Adjacency surface = Adjacency::face;
  Adjacency regions = Adjacency::face;
  bool wrap = false;
  bool kurtosis = true;  // whether it is wanted
};

/// What the search looks at in one map.
struct Detail {
  float threshold = 0;
  std::size_t voxels_inside = 0;
  std::size_t surface_area = 0;  // voxels
  std::size_t regions = 0;
  double kurtosis = 0;  // NaN where it is not wanted
};

/// Detail of one map at the contour that holds `voxels` voxels.
Detail detail_of(const PlaneSource& map, std::size_t voxels, const DetailOptions& options = {});
Detail detail_of(VolumeView map, std::size_t voxels, const DetailOptions& options = {});

/// Detail of the spectrum's map (mean left out) under each filter in turn.
std::vector<Detail> scan_filters(const Spectrum& spectrum, const std::vector<RadialCurve>& filters,
                                 std::size_t voxels, const DetailOptions& options = {});

/// The same at several contours, one for each number of voxels: for each filter one Detail at each.
/// All of a filter come from one transform.
std::vector<std::vector<Detail>> scan_filters(const Spectrum& spectrum,
                                              const std::vector<RadialCurve>& filters,
                                              const std::vector<std::size_t>& voxels,
                                              const DetailOptions& options = {});

/// Memory that a scan holds beside the spectrum, bytes: the synthesis, masks (1/8 for each voxel of
/// the map), a plane for each thread, candidates for each threshold (at most one for each of the
/// voxels inside, as a rule) and runs. Together with the spectrum that is about 5 for each voxel
/// where d_min is 1.25 times the Nyquist limit, 7 where it is 1.05 times that, and 9 where every
/// term is kept.
std::size_t scan_bytes(Shape grid, const UnitCell& cell, double d_min, std::size_t inside,
                       int threads = thread_count(), std::size_t contours = 1);

}  // namespace sharpem
