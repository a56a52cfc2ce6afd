// Comparing 64 voxels at a time: at_least() and above() set bit i where value[i] >= limit or >
// limit. Part of voxels.cpp, and in an unnamed namespace as all of it (kernels.hpp).
#pragma once

#include <cstddef>

#include "../bits.hpp"
#include "voxels.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace sharpem::voxels {
namespace {

using std::size_t;

#if defined(__AVX512F__)

struct Limit {
  explicit Limit(float limit) : bound(_mm512_set1_ps(limit)) {}
  __m512 bound;
};

template <int compare>
Word compare_bits(const float* value, const Limit& limit) {
  Word bits = 0;
  for (size_t i = 0; i < word_bits; i += 16) {
    const Word mask = _mm512_cmp_ps_mask(_mm512_loadu_ps(value + i), limit.bound, compare);
    bits |= mask << i;
  }
  return bits;
}
Word at_least(const float* value, const Limit& limit) {
  return compare_bits<_CMP_GE_OQ>(value, limit);
}
Word above(const float* value, const Limit& limit) {
  return compare_bits<_CMP_GT_OQ>(value, limit);
}

#elif defined(__AVX__)

struct Limit {
  explicit Limit(float limit) : bound(_mm256_set1_ps(limit)) {}
  __m256 bound;
};

template <int compare>
Word compare_bits(const float* value, const Limit& limit) {
  Word bits = 0;
  for (size_t i = 0; i < word_bits; i += 8) {
    const __m256 set = _mm256_cmp_ps(_mm256_loadu_ps(value + i), limit.bound, compare);
    bits |= static_cast<Word>(static_cast<unsigned>(_mm256_movemask_ps(set))) << i;
  }
  return bits;
}
Word at_least(const float* value, const Limit& limit) {
  return compare_bits<_CMP_GE_OQ>(value, limit);
}
Word above(const float* value, const Limit& limit) {
  return compare_bits<_CMP_GT_OQ>(value, limit);
}

#elif defined(__SSE2__)

struct Limit {
  explicit Limit(float limit) : bound(_mm_set1_ps(limit)) {}
  __m128 bound;
};

template <class Compare>
Word compare_bits(const float* value, const Compare& compare) {
  const auto four = [&](size_t i) { return _mm_castps_si128(compare(_mm_loadu_ps(value + i))); };
  Word bits = 0;
  for (size_t i = 0; i < word_bits; i += 16) {
    const __m128i low = _mm_packs_epi32(four(i), four(i + 4));
    const __m128i high = _mm_packs_epi32(four(i + 8), four(i + 12));
    const int mask = _mm_movemask_epi8(_mm_packs_epi16(low, high));
    bits |= static_cast<Word>(static_cast<unsigned>(mask)) << i;
  }
  return bits;
}
Word at_least(const float* value, const Limit& limit) {
  return compare_bits(value, [&](__m128 v) { return _mm_cmpge_ps(v, limit.bound); });
}
Word above(const float* value, const Limit& limit) {
  return compare_bits(value, [&](__m128 v) { return _mm_cmpgt_ps(v, limit.bound); });
}

#else

using Limit = float;

Word at_least(const float* value, Limit limit) {
  Word bits = 0;
  for (size_t i = 0; i < word_bits; ++i) bits |= static_cast<Word>(value[i] >= limit) << i;
  return bits;
}
Word above(const float* value, Limit limit) {
  Word bits = 0;
  for (size_t i = 0; i < word_bits; ++i) bits |= static_cast<Word>(value[i] > limit) << i;
  return bits;
}

#endif

}  // namespace
}  // namespace sharpem::voxels
