// A value that changes smoothly over a map, known at sites.
//
// Sites are the centres of boxes, in voxels (z, y, x). The field is 0 far from all of them,
//
//     field(x) = sum w_i value_i / (w_0 + sum w_i),   w_i = exp(-|x - x_i|^2 / d0^2) ,
//
// Eq. 9 of Terwilliger et al. (2018) with the overall filter as one more member of weight w_0. It
// is held on a lattice `step` voxels apart and is linear in between: smooth over distances of d0.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sharpem/volume.hpp"

namespace sharpem {

/// Where a value is known.
struct Site {
  std::array<double, 3> at{};  // voxels, (z, y, x); may lie outside the map
  double value = 0;
};

/// Values on a lattice; lattice point i stands at voxel i * step.
struct Field {
  Shape shape;
  std::size_t step = 1;
  std::vector<float> values;

  /// The values at the voxels of row (z, y).
  void row(std::size_t z, std::size_t y, std::size_t nx, float* out) const;
};

/// Points of the lattice that covers a map.
Shape lattice_over(Shape map, std::size_t step);

/// The field of the sites, d0 in voxels, on a lattice that covers `map`.
Field field_of(const std::vector<Site>& sites, Shape map, double d0, double overall_weight,
               std::size_t step);

/// The field at every voxel. `out` has the shape that the field was made for.
void expand_field(const Field& field, MutableVolumeView out);

}  // namespace sharpem
