// A filter that differs from place to place, box by box.
//
// Memory: one map of weights and a batch of boxes. Results do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <vector>

#include "sharpem/boxes.hpp"
#include "sharpem/cell.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// Section 2.7: every box is filtered on its own and the boxes are averaged with the weights of
/// Eq. 9 about their centres, tapered to 0 at the box's faces; `out` holds the map under the
/// overall filter, which enters with `overall_weight`. Boxes are cut with `padding` voxels more at
/// each face (as far as the map reaches), of which nothing is kept: what the cut disturbs lies
/// there.
void blend_boxes(VolumeView map, const UnitCell& cell, const BoxSet& boxes, std::size_t padding,
                 const std::vector<RadialCurve>& filters, double d0, double overall_weight,
                 MutableVolumeView out);

}  // namespace sharpem
