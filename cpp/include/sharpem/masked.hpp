// What the Fourier shell correlation of half maps needs beside shells: masks and random phases.
#pragma once

#include <cstdint>

#include "sharpem/filter.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// The coefficients of (spectrum times factor, without F(000)) times a mask, in place. The map is
/// made and taken apart again plane by plane, so that it is never held as a whole.
void multiply_by_mask(Spectrum& spectrum, const RadialCurve& factor, VolumeView mask);

/// Random phases for all coefficients with d < d_from (A), in place; amplitudes stay (Chen et al.
/// 2013, Ultramicroscopy 135, 24-35). The phase of a coefficient follows from the seed and its
/// indices alone, so that neither the order of the work nor what else is kept changes it.
void randomise_phases(Spectrum& spectrum, double d_from, std::uint64_t seed);

}  // namespace sharpem
