// Maximum likelihood of exponentially distributed intensities, by Fisher scoring.
//
// The mean intensity is mu = signal + noise, ln signal linear in the parameters (a generalised
// linear model with logarithmic link): scale first, then B or its six components (wilson.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "parallel.hpp"

namespace sharpem {

/// One observed intensity, or the mean of several at the same s, in units of the mean intensity.
struct Observation {
  std::array<float, 3> s{};
  float weight = 0, intensity = 0, ln_reference = 0, noise = 0;
};
using Observations = std::vector<std::vector<Observation>>;  // in pieces

/// Derivatives of ln signal: of the scale, then of B (isotropic) or of its six components.
template <std::size_t N>
std::array<double, N> regressors(const Observation& o) {
  const double x = o.s[0], y = o.s[1], z = o.s[2];
  if constexpr (N == 2) return {1, -(x * x + y * y + z * z) / 2};
  if constexpr (N == 7) return {1, -x * x / 2, -y * y / 2, -z * z / 2, -x * y, -x * z, -y * z};
}

/// Log likelihood with its gradient and the Fisher matrix (lower triangle).
template <std::size_t N>
struct Likelihood {
  double value = 0;
  std::array<double, N> gradient{};
  std::array<std::array<double, N>, N> fisher{};

  void add(const Observation& o, const std::array<double, N>& parameters) {
    const auto x = regressors<N>(o);
    double exponent = o.ln_reference;
    for (std::size_t i = 0; i < N; ++i) exponent += parameters[i] * x[i];
    const double signal = std::exp(std::min(exponent, 600.0));
    const double mu = signal + o.noise;
    const double ratio = o.intensity / mu;
    value -= o.weight * ((o.noise > 0 ? std::log(mu) : exponent) + ratio);
    const double share = signal / mu;
    const double slope = o.weight * share * (ratio - 1);
    const double curvature = o.weight * share * share;
    for (std::size_t i = 0; i < N; ++i) {
      gradient[i] += slope * x[i];
      for (std::size_t j = 0; j <= i; ++j) fisher[i][j] += curvature * x[i] * x[j];
    }
  }
  void add(const Likelihood& other) {
    value += other.value;
    for (std::size_t i = 0; i < N; ++i) {
      gradient[i] += other.gradient[i];
      for (std::size_t j = 0; j <= i; ++j) fisher[i][j] += other.fisher[i][j];
    }
  }
};

template <std::size_t N>
Likelihood<N> likelihood(const Observations& pieces, const std::array<double, N>& parameters) {
  std::vector<Likelihood<N>> of_piece(pieces.size());
  parallel_for(pieces.size(), [&](std::size_t i) {
    Likelihood<N> sum;
    for (const Observation& o : pieces[i]) sum.add(o, parameters);
    of_piece[i] = sum;
  });
  Likelihood<N> total;
  for (const auto& piece : of_piece) total.add(piece);
  return total;
}

/// Solves A x = y by Cholesky's method; false where A is not safely positive definite.
template <std::size_t N>
bool solve(std::array<std::array<double, N>, N> a, const std::array<double, N>& y,
           std::array<double, N>& x) {
  for (std::size_t i = 0; i < N; ++i) {
    const double diagonal = a[i][i];
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      if (j < i) a[i][j] /= a[j][j];
    }
    if (!(a[i][i] > 1e-12 * diagonal)) return false;
    a[i][i] = std::sqrt(a[i][i]);
  }
  x = y;
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= a[i][k] * x[k];
    x[i] /= a[i][i];
  }
  for (std::size_t i = N; i-- > 0;) {
    for (std::size_t k = i + 1; k < N; ++k) x[i] -= a[k][i] * x[k];
    x[i] /= a[i][i];
  }
  return true;
}

template <std::size_t N>
struct Fit {
  std::array<double, N> parameters{};
  Likelihood<N> at;
  int iterations = 0;
  bool converged = false;
};

template <std::size_t N>
std::array<double, N> moved(std::array<double, N> from, const std::array<double, N>& step,
                            double fraction) {
  for (std::size_t i = 0; i < N; ++i) from[i] += fraction * step[i];
  return from;
}

inline constexpr int largest_iterations = 50, largest_halvings = 30;
inline constexpr double b_tolerance = 0.01;  // A^2

/// One step of Fisher scoring, halved until the likelihood does not fall. False if none helps.
template <std::size_t N>
bool improve(const Observations& pieces, const std::array<double, N>& step, Fit<N>& fit) {
  double fraction = 1;
  for (int i = 0; i < largest_halvings; ++i, fraction /= 2) {
    const auto trial = moved(fit.parameters, step, fraction);
    const auto there = likelihood(pieces, trial);
    if (there.value >= fit.at.value && std::isfinite(there.value)) {
      fit.parameters = trial;
      fit.at = there;
      return true;
    }
  }
  return false;
}

template <std::size_t N>
double largest_b_step(const std::array<double, N>& step) {
  double largest = 0;
  for (std::size_t i = 1; i < N; ++i) largest = std::max(largest, std::abs(step[i]));
  return largest;
}

template <std::size_t N>
Fit<N> maximise(const Observations& pieces, const std::array<double, N>& start) {
  Fit<N> fit;
  fit.parameters = start;
  fit.at = likelihood(pieces, start);
  std::array<double, N> step{};
  while (fit.iterations < largest_iterations && solve(fit.at.fisher, fit.at.gradient, step)) {
    ++fit.iterations;
    const bool small = largest_b_step(step) < b_tolerance;
    const bool better = improve(pieces, step, fit);
    fit.converged = small;  // a small step that no longer helps is the maximum, to rounding
    if (small || !better) break;
  }
  return fit;
}

/// Standard deviation of the mean of the diagonal of B, from the inverse of the Fisher matrix.
template <std::size_t N>
double error_of_b_iso(const Likelihood<N>& at) {
  std::array<double, N> weight{}, x{};
  const std::size_t diagonal = N == 2 ? 1 : 3;
  for (std::size_t i = 1; i <= diagonal; ++i) weight[i] = 1.0 / static_cast<double>(diagonal);
  if (!solve(at.fisher, weight, x)) return std::numeric_limits<double>::infinity();
  double variance = 0;
  for (std::size_t i = 0; i < N; ++i) variance += weight[i] * x[i];
  return std::sqrt(variance);
}

}  // namespace sharpem
