// One-dimensional float32 Fourier transforms of several lines at once, on the calling thread.
//
// `lanes` lines lie side by side. A column of complex numbers is, for each index along it, `lanes`
// real and then `lanes` imaginary parts; so it can be transformed where it lies, without shuffling.
// Forward means exp(-2 pi i h x). Any length. Columns are aligned to 64 bytes. Complex numbers of a
// spectrum are (real, imaginary) pairs.
#pragma once

#include <cstddef>

namespace sharpem::fft {

enum class Direction { forward, backward };

/// What transforms of one length need; made and destroyed by the table that uses it.
struct Plan;

/// (a h + b) h + c
struct Quadratic {
  double a = 0, b = 0, c = 0;
};

/// A curve that is linear between points even in s^2: values[i] at s^2 = i / per_s_squared, for
/// i <= last; values[last + 1] is there, too, and equals values[last].
struct Curve {
  const float* values = nullptr;
  double per_s_squared = 0, last = 0;
};

/// Groups of `lanes` columns, one for each `lanes` terms along x, `stride` floats apart; the last
/// may be filled in part. Each has room for as many rows as there are, rounded up to `lanes`.
struct Plane {
  std::size_t ny = 0, nx = 0;
  std::size_t groups = 0, stride = 0;
};

struct Kernels {
  std::size_t lanes;

  /// Throws std::bad_alloc. Of a complex or a real transform of length n >= 1.
  Plan* (*make_plan)(std::size_t n, bool real);
  void (*destroy_plan)(Plan* plan);

  /// Copies `count` elements of columns, which lie so many floats apart.
  void (*copy)(const float* from, std::size_t from_stride, std::size_t count, float* to,
               std::size_t to_stride);

  /// A column, in place.
  void (*transform)(const Plan& plan, float* column, Direction direction);

  /// Terms h .. h + count - 1 of a row to one element of a column, times the curve (may be null)
  /// at s^2(h); zero in the lanes from `count` on.
  void (*load)(const float* terms, std::size_t count, int h, const Quadratic& s_squared,
               const Curve* curve, float* element);

  /// The other way; terms with s^2 > limit become 0.
  void (*store)(const float* element, std::size_t count, int h, const Quadratic& s_squared,
                double limit, float* terms);

  /// Real rows, stored without gaps, to their terms, times `scale`.
  void (*real_rows)(const Plan& plan, const float* rows, const Plane& plane, float* columns,
                    float scale);

  /// Terms back to real rows; those beyond the groups are 0.
  void (*real_rows_back)(const Plan& plan, const float* columns, const Plane& plane, float* rows);
};

}  // namespace sharpem::fft
