// Surface area of a contour: the number of outside voxels that touch an inside voxel, each counted
// once (Terwilliger et al. 2018, section 2.3).
#pragma once

#include <cstddef>

#include "sharpem/contour.hpp"

namespace sharpem {

/// `wrap`: opposite faces of the box touch (crystals); otherwise nothing lies beyond the box.
std::size_t surface_voxels(const BitMask& inside, Adjacency adjacency, bool wrap);

}  // namespace sharpem
