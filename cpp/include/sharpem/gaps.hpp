// Gaps in Fourier space: directions in which a map holds nothing, such as a missing wedge of tilts,
// an ellipsoidal cut of crystal data, or absent reflections.
//
// An absent Fourier coefficient is one whose power is below 1e-6 of the mean of those present in
// its resolution shell; among random coefficients one in a million is. A shell that is empty
// altogether, beyond a low-pass filter, is no gap. Absent coefficients are set to exactly zero,
// which is how all sums over shells and all fits know that they are not there.
#pragma once

#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/spectrum.hpp"

namespace sharpem {

struct Gaps {
  double terms = 0;   // coefficients in shells that are not empty, full sphere
  double absent = 0;  // those of them that are absent
  Tensor all{};       // mean of u u^T over the directions u of all coefficients, Cartesian
  Tensor empty{};     // the same over those absent; 0 where there are none
};

/// Looks for gaps in shells of the given edges (ascending s in 1/A), and sets the absent
/// coefficients to zero where they are more than the fraction `least` of all.
Gaps clear_gaps(Spectrum& spectrum, const std::vector<double>& edges, double least);

/// Sets those coefficients to zero that are zero in `from`: both have the same cell. Coefficients
/// that `from` does not hold stay.
void copy_gaps(const Spectrum& from, Spectrum& to);

}  // namespace sharpem
