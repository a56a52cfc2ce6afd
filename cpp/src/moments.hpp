// Moments of many voxels in one pass.
#pragma once

#include <cmath>
#include <cstddef>

#include "pair.hpp"

namespace sharpem {

/// Sums of powers of (value - centre).
struct Moments {
  double n = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0;

  void add(const Moments& m) {
    n += m.n;
    s1 += m.s1;
    s2 += m.s2;
    s3 += m.s3;
    s4 += m.s4;
  }
  bool finite() const { return std::isfinite(s1) && std::isfinite(s4); }
  /// mean (x - mean)^4 / variance^2; 0 for a constant map.
  double kurtosis() const {
    const double d = s1 / n;
    const double variance = s2 / n - d * d;
    const double fourth = s4 / n - d * (4 * s3 / n - d * (6 * s2 / n - 3 * d * d));
    return variance > 0 ? fourth / (variance * variance) : 0;
  }
};

/// In double: fourth powers of densities on any scale fit, and equal maps give equal sums.
inline Moments moments_of(const float* values, std::size_t n, float centre) {
  const Pair c = {centre, centre};
  Pair s1[2] = {}, s2[2] = {}, s3[2] = {}, s4[2] = {};
  const auto add = [&](int lane, float first, float second) {
    const Pair d = Pair{first, second} - c;
    const Pair square = d * d;
    s1[lane] += d;
    s2[lane] += square;
    s3[lane] += square * d;
    s4[lane] += square * square;
  };
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    add(0, values[i], values[i + 1]);
    add(1, values[i + 2], values[i + 3]);
  }
  for (; i < n; ++i) add(0, values[i], centre);
  const auto sum = [](const Pair* s) { return (s[0][0] + s[0][1]) + (s[1][0] + s[1][1]); };
  return {static_cast<double>(n), sum(s1), sum(s2), sum(s3), sum(s4)};
}

}  // namespace sharpem
