// A filter that differs from place to place: a field of B over the map, and two ways to apply it.
//
// A field is known at sites (the centres of boxes, in voxels z, y, x) and 0 far from all of them,
//
//     field(x) = sum w_i value_i / (w_0 + sum w_i),   w_i = exp(-|x - x_i|^2 / d0^2) ,
//
// Eq. 9 of Terwilliger et al. (2018) with the overall filter as one more member of weight w_0. It
// is held on a lattice `step` voxels apart and is linear in between: smooth over distances of d0.
// Memory: mix() needs the terms after one transform (half_transform.hpp) besides its output;
// blend_boxes() one map of weights and a batch of boxes. Results do not depend on the threads.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sharpem/boxes.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/spectrum.hpp"
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

/// The field of the sites, d0 in voxels, on a lattice that covers `map`.
Field field_of(const std::vector<Site>& sites, Shape map, double d0, double overall_weight,
               std::size_t step);

/// The field at every voxel. `out` has the shape that the field was made for.
void expand(const Field& field, MutableVolumeView out);

/// The map under a filter that follows the field: of the maps under `filters`, which belong to the
/// ascending values `nodes`, the two whose nodes enclose the field's value are mixed linearly; at a
/// node there is that node's map, exactly. Values beyond the nodes count as the last node.
void mix(const Spectrum& spectrum, const std::vector<double>& nodes,
         const std::vector<RadialCurve>& filters, const Field& field, MutableVolumeView out);

/// Section 2.7: every box is filtered on its own and the boxes are averaged with the weights of
/// Eq. 9 about their centres, tapered to 0 at the box's faces; `out` holds the map under the
/// overall filter, which enters with `overall_weight`. Boxes are cut with `padding` voxels more at
/// each face (as far as the map reaches), of which nothing is kept: what the cut disturbs lies
/// there.
void blend_boxes(VolumeView map, const UnitCell& cell, const BoxSet& boxes, std::size_t padding,
                 const std::vector<RadialCurve>& filters, double d0, double overall_weight,
                 MutableVolumeView out);

}  // namespace sharpem
