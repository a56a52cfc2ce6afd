// A map in bands of resolution, each seen and multiplied by smooth fields.
//
// One band is held at a time: local_product() and add_bands() need the terms after one transform
// (synthesis_bytes; two for two different spectra) and fields on a lattice. Results do not depend
// on the number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sharpem/field.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// The local mean of the product of two maps under one band: under a window of Gaussians of
/// standard deviation `sigma` (voxels along z, y, x) about the points of a lattice `step` voxels
/// apart. The window ends at the faces of the map. With the same spectrum twice it is the local
/// power.
Field local_product(const Spectrum& one, const Spectrum& two, const RadialCurve& band,
                    std::size_t step, const std::array<double, 3>& sigma);

/// Adds to `out` the map of the spectrum under every band times that band's field, one after the
/// other.
void add_bands(const Spectrum& spectrum, const std::vector<RadialCurve>& bands,
               const std::vector<Field>& fields, MutableVolumeView out);

}  // namespace sharpem
