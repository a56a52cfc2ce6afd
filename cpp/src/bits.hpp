// Arithmetic on 64 voxels at a time. Everything is static: files that are compiled for other
// processors (kernels/) must not share code with the rest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sharpem {

static constexpr std::size_t word_bits = 64;

/// Words in a row of nx voxels.
static inline std::size_t words_of(std::size_t nx) { return (nx + word_bits - 1) / word_bits; }

/// Number of set bits. Sums within the word: unlike the instruction for it, and unlike the usual
/// multiplication, this vectorises.
static inline std::size_t popcount(std::uint64_t x) {
  x -= (x >> 1) & 0x5555555555555555u;
  x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  x += x >> 8;
  x += x >> 16;
  x += x >> 32;
  return static_cast<std::size_t>(x & 0x7f);
}

/// Position of the lowest set bit of x != 0.
static inline unsigned lowest_bit(std::uint64_t x) {
#if defined(__GNUC__)
  return static_cast<unsigned>(__builtin_ctzll(x));
#else
  return static_cast<unsigned>(popcount(~x & (x - 1)));
#endif
}

/// The lowest n bits set, 1 <= n <= 64.
static inline std::uint64_t low_bits(std::size_t n) { return ~std::uint64_t{0} >> (word_bits - n); }

/// The valid bits of the last word of a row of nx voxels.
static inline std::uint64_t tail_bits(std::size_t nx) { return low_bits((nx - 1) % word_bits + 1); }

}  // namespace sharpem
