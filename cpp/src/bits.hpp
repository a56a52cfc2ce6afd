// Arithmetic on 64 voxels at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sharpem {

inline constexpr std::size_t word_bits = 64;

/// Number of set bits. Where the baseline has no instruction for it, sums within the word: unlike
/// the compiler's library call, and unlike the usual multiplication, this vectorises.
inline std::size_t popcount(std::uint64_t x) {
#if defined(__POPCNT__) || defined(__aarch64__)
  return static_cast<std::size_t>(__builtin_popcountll(x));
#else
  x -= (x >> 1) & 0x5555555555555555u;
  x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  x += x >> 8;
  x += x >> 16;
  x += x >> 32;
  return static_cast<std::size_t>(x & 0x7f);
#endif
}

/// Position of the lowest set bit of x != 0.
inline unsigned lowest_bit(std::uint64_t x) {
#if defined(__GNUC__)
  return static_cast<unsigned>(__builtin_ctzll(x));
#else
  return static_cast<unsigned>(popcount(~x & (x - 1)));
#endif
}

/// The lowest n bits set, 1 <= n <= 64.
inline std::uint64_t low_bits(std::size_t n) { return ~std::uint64_t{0} >> (word_bits - n); }

/// The valid bits of the last word of a row of nx voxels.
inline std::uint64_t tail_bits(std::size_t nx) { return low_bits((nx - 1) % word_bits + 1); }

enum class Compare { at_least, above };

/// Bit i is set where value[i] >= limit (or > limit), i < 64.
template <Compare compare>
std::uint64_t compare_bits(const float* value, float limit) {
  std::uint64_t bits = 0;
#if defined(__SSE2__)
  const __m128 bound = _mm_set1_ps(limit);
  const auto four = [&](std::size_t i) {
    const __m128 v = _mm_loadu_ps(value + i);
    return _mm_castps_si128(compare == Compare::above ? _mm_cmpgt_ps(v, bound)
                                                      : _mm_cmpge_ps(v, bound));
  };
  for (std::size_t i = 0; i < word_bits; i += 16) {
    const __m128i low = _mm_packs_epi32(four(i), four(i + 4));
    const __m128i high = _mm_packs_epi32(four(i + 8), four(i + 12));
    const int mask = _mm_movemask_epi8(_mm_packs_epi16(low, high));
    bits |= static_cast<std::uint64_t>(static_cast<unsigned>(mask)) << i;
  }
#else
  for (std::size_t i = 0; i < word_bits; ++i) {
    const bool set = compare == Compare::above ? value[i] > limit : value[i] >= limit;
    bits |= static_cast<std::uint64_t>(set) << i;
  }
#endif
  return bits;
}

}  // namespace sharpem
