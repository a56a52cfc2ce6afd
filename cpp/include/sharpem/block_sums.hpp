// Sums over cubes of voxels: a coarse map of where a map is filled, and with what.
#pragma once

#include <vector>

#include "sharpem/volume.hpp"

namespace sharpem {

/// Of each block, the number of voxels that are filled and the sums of their densities' powers.
struct BlockSums {
  Shape blocks;
  std::vector<double> count, first, second, third;
};

/// Sums over blocks of `side` voxels along z, y and x of (density - empty) * scale and its powers;
/// voxels of exactly `empty` are left out, and so is what is left over at the far edges.
BlockSums block_sums(VolumeView map, const Shape& side, float empty, double scale);

}  // namespace sharpem
