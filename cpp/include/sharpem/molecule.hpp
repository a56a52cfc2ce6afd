// Where the molecule is: the local variance of the density.
//
// Wang (1985), Terwilliger (1999): molecule is where the smoothed squared density is high. The
// split into molecule and solvent is a decision and lives in Python; here is what loops over
// voxels. Lengths in A.
#pragma once

#include "sharpem/cell.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// out = mean of (map - centre)^2 inside a sphere of `radius` about each voxel, periodic, >= 0.
/// `out` may be the map itself.
void local_mean_square(VolumeView map, const UnitCell& cell, double radius, double centre,
                       MutableVolumeView out);

}  // namespace sharpem
