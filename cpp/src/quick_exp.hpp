// An exponential that compilers can vectorise, for sums whose last digits do not matter.
#pragma once

#include <cstdint>
#include <cstring>

namespace sharpem {

/// e^x for |x| <= 700 to 1e-14 of it, without a branch, so that compilers do several at once.
inline double quick_exp(double x) {
  constexpr double per_ln2 = 1.4426950408889634, to_integer = 6755399441055744.0;  // 1.5 * 2^52
  constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  const double shifted = x * per_ln2 + to_integer, n = shifted - to_integer;
  const double r = (x - n * ln2_high) - n * ln2_low;  // |r| <= ln(2) / 2
  double sum = 1.0 / 479001600;                       // the series to r^12
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52U;  // n stands in the lowest bits: 2^n
  double power = 0;
  std::memcpy(&power, &bits, sizeof power);
  return sum * power;
}

}  // namespace sharpem
