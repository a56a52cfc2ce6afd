// Connected regions of a contour, by union-find over runs of inside voxels.
//
// The count is independent of the number of threads, and so are the labels: regions are numbered
// 1, 2, ... in the order in which their first voxel (in z, y, x order) appears.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sharpem/contour.hpp"

namespace sharpem {

/// Number of connected regions. `wrap` joins regions across opposite faces of the box.
std::size_t count_regions(const BitMask& inside, Adjacency adjacency, bool wrap);

struct Regions {
  std::vector<std::size_t> sizes;     // voxels of region i + 1
  std::vector<std::uint32_t> labels;  // one per voxel (z, y, x); 0 outside
};

Regions label_regions(const BitMask& inside, Adjacency adjacency, bool wrap);

}  // namespace sharpem
