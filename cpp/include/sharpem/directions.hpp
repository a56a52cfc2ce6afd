// How signal and noise of two half maps differ with direction, and a filter that follows them.
//
// Functions of the direction u of s that are the same for u and -u are sums of real spherical
// harmonics of even order; here those of l = 0, 2 and 4, with mean square 1 over all directions.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sharpem/spectrum.hpp"

namespace sharpem {

constexpr std::size_t harmonics_count = 15;  // 1 of l = 0, 5 of l = 2, 9 of l = 4
using Harmonics = std::array<double, harmonics_count>;

/// Values at a unit vector, l = 0 first.
Harmonics harmonics(const std::array<double, 3>& u);

constexpr std::size_t direction_cells = 48;  // 4 x 4 on each of three faces of a cube

/// Sums over both halves of reciprocal space, as of cross_sums; place shell * 48 + cell.
struct DirectionSums {
  std::vector<double> terms;
  std::vector<double> cross;             // sum Re F1 conj(F2)
  std::vector<double> power_1, power_2;  // sum |F1|^2, |F2|^2
  std::vector<double> directions;        // mean unit vector of each cell, 3 * 48
};

/// Both spectra must have the same grid, cell and limit.
DirectionSums direction_sums(const Spectrum& one, const Spectrum& two,
                             const std::vector<double>& edges);

/// Multiplies every term by exp(sum c_i(s) Y_i(u)), in place; c is linear in s between the shells
/// and constant beyond them. Exponents are kept within 80; F(000) is left as it is.
void apply_directional(Spectrum& spectrum, const std::vector<double>& s,
                       const std::vector<Harmonics>& coefficients);

}  // namespace sharpem
