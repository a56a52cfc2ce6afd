// Lanes: several lines side by side in the registers of the instruction set, and pocketfft, to
// which this is the only door. Part of fft.cpp, and in an unnamed namespace as all of it
// (kernels.hpp).
#pragma once

#define POCKETFFT_CACHE_SIZE 0
#define POCKETFFT_NO_MULTITHREADING
#define pocketfft SHARPEM_POCKETFFT  // a namespace of its own for each set
#include <pocketfft_hdronly.h>

#include <cstddef>
#include <cstring>
#include <utility>

namespace sharpem::fft {
namespace {

using std::size_t;
namespace one_dimension = pocketfft::detail;

#ifdef POCKETFFT_NO_VECTORS
constexpr size_t width = 1;
using Lanes = float;
#else
constexpr size_t width = one_dimension::VLEN<float>::val < 8 ? one_dimension::VLEN<float>::val : 8;
using Lanes = float __attribute__((vector_size(width * sizeof(float))));
#endif
using Element = one_dimension::cmplx<Lanes>;

// A square of lanes stays in registers only where what works on it is inlined and unrolled.
#if defined(__GNUC__)
#define IN_REGISTERS [[gnu::always_inline]] inline
#else
#define IN_REGISTERS inline
#endif

Lanes read(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

void write(Lanes lanes, float* to) { std::memcpy(to, &lanes, sizeof lanes); }

#if !defined(POCKETFFT_NO_VECTORS) && (defined(__clang__) || __GNUC__ >= 12)

constexpr auto all_lanes = std::make_index_sequence<width>();

/// Blocks of `step` lanes of a and b in turns: the even ones, or the odd ones.
template <size_t step, bool odd, size_t... lane>
Lanes braid(Lanes a, Lanes b, std::index_sequence<lane...> /*lanes*/) {
  return __builtin_shufflevector(
      a, b,
      static_cast<int>((lane & step) != 0 ? width + lane - (odd ? 0 : step)
                                          : lane + (odd ? step : 0))...);
}

/// Exchanges the off-diagonal blocks of `step` lanes of row i and row i + step.
template <size_t step, size_t i>
IN_REGISTERS void exchange_blocks(Lanes (&square)[width]) {
  if constexpr ((i & step) == 0) {
    const Lanes a = square[i], b = square[i + step];
    square[i] = braid<step, false>(a, b, all_lanes);
    square[i + step] = braid<step, true>(a, b, all_lanes);
  }
}

/// Exchanges rows and columns of blocks of `step`, then of those twice as large, and so on.
template <size_t step = 1, size_t... i>
IN_REGISTERS void transpose(Lanes (&square)[width], std::index_sequence<i...> rows) {
  if constexpr (step < width) {
    (exchange_blocks<step, i>(square), ...);
    transpose<2 * step>(square, rows);
  }
}

IN_REGISTERS void transpose(Lanes (&square)[width]) { transpose(square, all_lanes); }

/// Of `width` (real, imaginary) pairs: the real parts, or the imaginary ones.
template <bool imaginary, size_t... lane>
Lanes part_of(const float* pairs, std::index_sequence<lane...> /*lanes*/) {
  return __builtin_shufflevector(read(pairs), read(pairs + width),
                                 static_cast<int>(2 * lane + (imaginary ? 1 : 0))...);
}
Lanes real_parts(const float* pairs) { return part_of<false>(pairs, all_lanes); }
Lanes imaginary_parts(const float* pairs) { return part_of<true>(pairs, all_lanes); }

#else

void transpose(Lanes (&square)[width]) {
  float in[width][width], out[width][width];
  std::memcpy(in, square, sizeof in);
  for (size_t i = 0; i < width; ++i) {
    for (size_t j = 0; j < width; ++j) out[j][i] = in[i][j];
  }
  std::memcpy(square, out, sizeof out);
}

Lanes every_second(const float* from) {
  float part[width];
  for (size_t i = 0; i < width; ++i) part[i] = from[2 * i];
  return read(part);
}
Lanes real_parts(const float* pairs) { return every_second(pairs); }
Lanes imaginary_parts(const float* pairs) { return every_second(pairs + 1); }

#endif

}  // namespace
}  // namespace sharpem::fft
