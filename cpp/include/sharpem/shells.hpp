// Sums over resolution shells of one spectrum, or of two (Fourier shell correlation).
//
// Shell i holds the terms with edges[i] <= s < edges[i + 1] (s in 1/A, ascending); F(000) belongs
// to none, nor do terms that are exactly zero (absent: gaps.hpp). Every term counts with its
// multiplicity, so the sums are those of the full sphere. Sums are in double and do not depend on
// the number of threads.
#pragma once

#include <vector>

#include "sharpem/spectrum.hpp"

namespace sharpem {

struct ShellSums {
  std::vector<double> terms;      // number of terms in the full sphere
  std::vector<double> s;          // mean s of the shell, 1/A (the middle where it is empty)
  std::vector<double> amplitude;  // sum |F|
  std::vector<double> power;      // sum |F|^2
};

ShellSums shell_sums(const Spectrum& spectrum, const std::vector<double>& edges);

struct CrossSums {
  std::vector<double> terms;
  std::vector<double> s;
  std::vector<double> cross;    // sum Re F1 conj(F2)
  std::vector<double> power_1;  // sum |F1|^2
  std::vector<double> power_2;  // sum |F2|^2
};

/// Both spectra must have the same grid, cell and limit.
CrossSums cross_sums(const Spectrum& one, const Spectrum& two, const std::vector<double>& edges);

}  // namespace sharpem
