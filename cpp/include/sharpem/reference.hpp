// How a typical molecule scatters: what the overall B of a map is read against (wilson.hpp).
#pragma once

#include "sharpem/wilson.hpp"

namespace sharpem {

/// Logarithm of a typical protein's mean intensity at B = 0, electrons, on an arbitrary scale. From
/// real coordinates: docs/reference-curve.md.
const Profile& typical_protein();

/// The range (A) of fits to a map of `resolution` (A) by its overall fall-off: the lowest orders
/// show where the molecule ends, not how it falls off.
double coarsest_of_fit(double resolution);

}  // namespace sharpem
