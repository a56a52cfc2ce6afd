// Detail and connectivity of a map under a series of filters: the trial table of the search
// (Terwilliger et al. 2018, sections 2.3-2.4).
#pragma once

#include <cstddef>
#include <vector>

#include "sharpem/contour.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/surface.hpp"

namespace sharpem {

struct DetailOptions {
  Adjacency surface = Adjacency::face;
  Adjacency regions = Adjacency::face;
  bool wrap = false;
};

/// What the search looks at in one map.
struct Detail {
  float threshold = 0;
  std::size_t voxels_inside = 0;
  std::size_t surface_area = 0;  // voxels
  std::size_t regions = 0;
  double kurtosis = 0;
};

/// Detail of one map at the contour that holds `voxels` voxels.
Detail detail_of(const PlaneSource& map, std::size_t voxels, const DetailOptions& options);

/// Detail of the spectrum's map (mean left out) under each filter in turn.
std::vector<Detail> scan(const Spectrum& spectrum, const std::vector<RadialCurve>& filters,
                         std::size_t voxels, const DetailOptions& options);

}  // namespace sharpem
