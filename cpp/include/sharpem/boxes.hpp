// Overlapping boxes of a map, each looked at on its own: sums over resolution shells, and the trial
// table of the search (Terwilliger et al. 2018, section 2.7).
//
// A box is cut out through a window with soft edges, after the mean of what the window shows was
// taken off, so that neither its faces nor its level make terms that the molecule has not. Boxes
// lie inside the map and have one shape. They are worked on in parallel; the answers do not depend
// on the number of threads. Each thread holds one box at a time: memory does not grow with the
// number of boxes. Lengths in A, s in 1/A.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// Boxes of one shape, each given by its first voxel (z, y, x).
struct BoxSet {
  Shape shape;
  std::vector<std::array<std::size_t, 3>> first;
  std::size_t edge = 0;  // voxels over which the window rises from 0 to 1 at each face
};

/// Raised cosine over `edge` voxels at both ends of n, 1 in between.
std::vector<float> edge_window(std::size_t n, std::size_t edge);

/// Sums over shells as in shells.hpp, for the windowed boxes of two maps on one grid. Those of a
/// box stand together: number i * shells + shell.
struct BoxSums {
  std::vector<double> terms, s;  // of one box: all have the same
  std::vector<double> cross, power_1, power_2;
};

/// `cell` is that of the whole maps; both views may show the same map.
BoxSums box_sums(VolumeView one, VolumeView two, const UnitCell& cell, const BoxSet& boxes,
                 double d_min, const std::vector<double>& edges);

/// scan_filters() of every box, with its own number of voxels inside: filter j of box i is number
/// i * filters + j.
std::vector<Detail> box_scan(VolumeView map, const UnitCell& cell, const BoxSet& boxes,
                             double d_min, const std::vector<RadialCurve>& filters,
                             const std::vector<std::size_t>& voxels,
                             const DetailOptions& options = {});

}  // namespace sharpem
