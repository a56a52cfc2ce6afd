// Batches of one-dimensional float32 Fourier transforms of small blocks, on the calling thread.
//
// The only door to pocketfft, which works on several lines of a batch at once (SIMD). Forward means
// exp(-2 pi i h x). Any length.
#pragma once

#include <complex>
#include <cstddef>

namespace sharpem::fft {

using Complex = std::complex<float>;

enum class Direction { forward, backward };

/// Transforms along the first axis of a block of `n` rows of `lanes` numbers, in place. Rows start
/// `stride` numbers apart.
void columns(Complex* block, std::size_t n, std::size_t lanes, std::size_t stride,
             Direction direction);

/// Real rows of length `n`, stored without gaps, to their n/2 + 1 terms, times `scale`.
void real_rows(const float* in, std::size_t rows, std::size_t n, Complex* out, std::size_t stride,
               float scale);

/// n/2 + 1 terms per row back to real rows of length `n`, stored without gaps.
void real_rows_back(const Complex* in, std::size_t rows, std::size_t stride, float* out,
                    std::size_t n);

/// A row length >= n that spreads the rows of a block over the whole cache: an odd number of cache
/// lines, because powers of 2 make a column fall into few cache sets.
inline std::size_t spread(std::size_t n) {
  constexpr std::size_t line = 64 / sizeof(Complex);
  return ((n + line - 1) / line | 1) * line;
}

}  // namespace sharpem::fft
