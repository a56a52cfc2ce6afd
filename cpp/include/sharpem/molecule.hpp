// Where the molecule is: the local variance of the density, and the two levels it has.
//
// Wang (1985), Terwilliger (1999): molecule is where the smoothed squared density is high. Lengths
// in A.
#pragma once

#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// out = mean of (map - centre)^2 inside a sphere of `radius` about each voxel, periodic, >= 0.
/// `out` may be the map itself.
void local_mean_square(VolumeView map, const UnitCell& cell, double radius, double centre,
                       MutableVolumeView out);

/// The smallest quick grid that carries a map cut at `resolution`, not finer than `grid`.
Shape coarse_grid(Shape grid, const UnitCell& cell, double resolution);

struct LocalVariance {
  Shape shape;
  std::vector<float> data;

  VolumeView view() const { return {data.data(), shape}; }
};

/// local_mean_square() of a map about its mean, cut at `resolution`, on the coarse grid.
LocalVariance local_variance(const Spectrum& spectrum, double resolution, double radius);

/// The two classes of a local variance. A level is its typical value; that of the molecule, deep
/// inside.
struct VarianceLevels {
  double solvent = 0;
  double molecule = 0;
  /// Share of the map that is molecule: all variance above the solvent, in units of the molecule.
  /// Smoothing moves variance across the boundary but does not change its sum, so this does not
  /// depend on where a threshold is put.
  double fraction = 0;
};

/// Splits a local variance into molecule and solvent: a mixture of two normal distributions of its
/// logarithm, from several guesses of the molecule's share, each repeated until it does not change;
/// the best supported answer is kept (section 2.3 of Terwilliger et al. 2018).
VarianceLevels variance_levels(VolumeView local_variance);

}  // namespace sharpem
