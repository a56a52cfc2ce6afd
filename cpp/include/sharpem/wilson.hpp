// The overall B of a map by maximum likelihood.
//
// Intensities I = |F|^2 are taken as exponentially distributed about
//     mu(s) = exp(ln_scale + ln_reference(s) - q/2) + noise(s),   q = s^T B s
// (isotropic: q = B s^2). ln_reference is the logarithm of the mean intensity of a typical molecule
// at B = 0, noise the mean intensity of the noise (0 where none is given); both are tabulated over
// s and interpolated linearly. Fitted by Fisher scoring with step halving; deterministic for any
// number of threads. Units: s in 1/A, B in A^2. Terms with d_max >= d >= d_min take part.
#pragma once

#include <optional>
#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/spectrum.hpp"

namespace sharpem {

/// A curve over s, linear between its points, constant beyond them.
struct Profile {
  std::vector<double> s;
  std::vector<double> value;
};

struct WilsonFit {
  Tensor b{};        // Cartesian, A^2; isotropic fits have b11 = b22 = b33
  double b_iso = 0;  // mean of the diagonal
  double ln_scale = 0;
  double b_iso_error = 0;  // standard deviation from the curvature of the likelihood
  double terms = 0;        // number of stored terms used
  int iterations = 0;
  bool converged = false;
};

struct WilsonOptions {
  double d_max = 11;
  double d_min = 0;
  bool anisotropic = false;
  std::optional<Profile> noise = std::nullopt;  // mean intensity of the noise; none: 0
};

/// Throws std::invalid_argument if fewer terms than parameters lie in the range.
WilsonFit fit_wilson(const Spectrum& spectrum, const Profile& ln_reference,
                     const WilsonOptions& options = {});

}  // namespace sharpem
