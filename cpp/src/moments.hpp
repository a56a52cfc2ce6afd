// Moments of many voxels in one pass.
#pragma once

#include <cmath>

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

}  // namespace sharpem
