// Compiled once for each instruction set: see kernels.hpp.
#include "voxels.hpp"

#include <cstring>

#include "../bits.hpp"
#include "../union_find.hpp"
#include "compare.hpp"

namespace sharpem::voxels {
namespace {

using std::size_t;

// --- Masks ---------------------------------------------------------------------------------------

/// Up to 64 values of a row, and where 64 may be read that end with them: not beyond the plane.
struct Chunk {
  const float* values;
  const float* window;
  unsigned before;  // how many values of the window come before
  Word valid;

  Word bits(Word of_window) const { return (of_window >> before) & valid; }
};

/// Calls use(word index, chunk) along a row.
template <class Use>
void for_words(const float* row, size_t nx, const Use& use) {
  size_t w = 0;
  for (; (w + 1) * word_bits <= nx; ++w) {
    const float* values = row + w * word_bits;
    use(w, Chunk{values, values, 0, ~Word{0}});
  }
  const size_t rest = nx - w * word_bits;
  if (rest == 0) return;
  const float* values = row + w * word_bits;
  if (w > 0) {
    const auto before = static_cast<unsigned>(word_bits - rest);
    use(w, Chunk{values, values - before, before, tail_bits(nx)});
  } else {
    float copy[word_bits] = {};
    std::memcpy(copy, row, nx * sizeof(float));
    use(w, Chunk{values, copy, 0, tail_bits(nx)});
  }
}

void mask_plane(const Plane& plane, float threshold) {
  const Limit limit(threshold);
  Word* row = plane.mask;
  for (size_t y = 0; y < plane.ny; ++y, row += words_of(plane.nx)) {
    for_words(plane.values + y * plane.nx, plane.nx, [&](size_t w, const Chunk& chunk) {
      row[w] = chunk.bits(at_least(chunk.window, limit));
    });
  }
}

Tally sort_plane(const Plane& plane, float low, float high, Candidate* found) {
  const Limit low_limit(low), high_limit(high);
  const size_t words = words_of(plane.nx);
  Tally tally;
  for (size_t y = 0; y < plane.ny; ++y) {
    Word* row = plane.mask + y * words;
    for_words(plane.values + y * plane.nx, plane.nx, [&](size_t w, const Chunk& chunk) {
      row[w] = chunk.bits(at_least(chunk.window, low_limit));
      if (row[w] == 0) return;
      const Word higher = chunk.bits(above(chunk.window, high_limit));
      Word within = row[w] & ~higher;
      tally.above += popcount(row[w] & higher);
      tally.within += popcount(within);
      if (found == nullptr) return;
      for (; within != 0; within &= within - 1) {
        const unsigned i = lowest_bit(within);
        *found++ = {chunk.values[i], static_cast<std::uint32_t>((y * words + w) * word_bits + i)};
      }
    });
  }
  return tally;
}

// --- Moments ------------------------------------------------------------------------------------

// Sums kept in eight lanes vectorise; the compiler may not reorder a sum by itself. The lanes are
// the same everywhere, in as many parts as the registers demand.
constexpr size_t lanes = 8;

#if defined(__GNUC__)

#if defined(__AVX512F__)
constexpr size_t part = 8;
#elif defined(__AVX__)
constexpr size_t part = 4;
#else
constexpr size_t part = 2;
#endif
using Part = double __attribute__((vector_size(part * sizeof(double))));
using Narrow = float __attribute__((vector_size(part * sizeof(float))));

Part widened(const float* values) {
  Narrow narrow;
  std::memcpy(&narrow, values, sizeof narrow);
  return __builtin_convertvector(narrow, Part);
}
double lane_of(Part value, size_t i) { return value[i]; }

#else

constexpr size_t part = 1;
using Part = double;

Part widened(const float* values) { return *values; }
double lane_of(Part value, size_t /*i*/) { return value; }

#endif

using Sum = Part[lanes / part];

double total(const Sum& sum) {
  const auto s = [&](size_t i) { return lane_of(sum[i / part], i % part); };
  return ((s(0) + s(4)) + (s(2) + s(6))) + ((s(1) + s(5)) + (s(3) + s(7)));
}

/// In double: fourth powers of densities on any scale fit, and equal maps give equal sums.
void power_sums(const float* values, size_t n, float centre, double (&sums)[4]) {
  Sum s1{}, s2{}, s3{}, s4{};
  const double middle = centre;
  const auto add = [&](const float* eight) {
    for (size_t p = 0; p < lanes / part; ++p) {
      const Part d = widened(eight + p * part) - middle;
      const Part square = d * d;
      s1[p] += d;
      s2[p] += square;
      s3[p] += square * d;
      s4[p] += square * square;
    }
  };
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) add(values + i);
  if (i < n) {
    float tail[lanes];
    for (float& x : tail) x = centre;
    std::memcpy(tail, values + i, (n - i) * sizeof(float));
    add(tail);
  }
  sums[0] = total(s1);
  sums[1] = total(s2);
  sums[2] = total(s3);
  sums[3] = total(s4);
}

/// In lanes, as the compiler may not reorder comparisons by itself.
void extremes(const float* values, size_t n, float& low, float& high) {
  constexpr size_t wide = 64;
  float lows[wide], highs[wide];
  for (size_t j = 0; j < wide; ++j) lows[j] = low, highs[j] = high;
  size_t i = 0;
  for (; i + wide <= n; i += wide) {
    for (size_t j = 0; j < wide; ++j) {
      const float v = values[i + j];
      lows[j] = v < lows[j] ? v : lows[j];
      highs[j] = v > highs[j] ? v : highs[j];
    }
  }
  for (; i < n; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  for (size_t j = 0; j < wide; ++j) {
    low = lows[j] < low ? lows[j] : low;
    high = highs[j] > high ? highs[j] : high;
  }
}

size_t count_equal(const float* values, size_t n, float value) {
  constexpr size_t most = size_t{1} << 20;  // the count of a part fits a lane
  size_t sum = 0;
  for (size_t i = 0; i < n; i += most) {
    const size_t end = n - i < most ? n : i + most;
    std::uint32_t count = 0;
    for (size_t j = i; j < end; ++j) count += values[j] == value ? 1U : 0U;
    sum += count;
  }
  return sum;
}

/// Without the sign, the bits of finite floats are below those of infinity and NaN.
bool all_finite(const float* values, size_t n) {
  std::int32_t largest = 0;
  for (size_t i = 0; i < n; ++i) {
    std::int32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  return largest < 0x7f800000;
}

// --- Words --------------------------------------------------------------------------------------

void merge(Word* out, const Word* in, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] |= in[i];
}

size_t count_reached(const Dilation& d) {
  size_t sum = 0;
  for (size_t i = 0; i < d.size; ++i) {
    const Word left = (d.wide[i] << 1) | ((d.wide[i - 1] >> 63) & d.from_left[i]);
    const Word right = (d.wide[i] >> 1) | ((d.wide[i + 1] << 63) & d.from_right[i]);
    sum += popcount((d.narrow[i] | d.wide[i] | left | right) & d.valid[i] & ~d.here[i]);
  }
  return sum;
}

// --- Runs ---------------------------------------------------------------------------------------

/// Set bits of one word, by the instruction for it if there is one.
size_t count_bits(Word x) {
#if defined(__POPCNT__) || defined(__aarch64__)
  return static_cast<size_t>(__builtin_popcountll(x));
#else
  return popcount(x);
#endif
}

size_t number_runs(const Word* bits, size_t rows, size_t words, size_t first, std::uint32_t* ids) {
  for (size_t y = 0; y < rows; ++y) {
    Word carry = 0;
    for (size_t w = 0; w < words; ++w, ++bits) {
      if (ids != nullptr) *ids++ = static_cast<std::uint32_t>(first);
      if (*bits != 0) first += count_bits(*bits & ~(*bits << 1 | carry));
      carry = *bits >> 63;
    }
  }
  return first;
}

/// One word of a row, with the bits beside it.
struct Window {
  Window(const RunRow& row, size_t w)
      : bits(row.bits[w]), left(bits << 1 | (w > 0 ? row.bits[w - 1] >> 63 : 0)), id(row.ids[w]) {}

  Word starts() const { return bits & ~left; }
  /// The run that voxel i of the word belongs to, or that ends before it.
  std::uint32_t run(unsigned i) const {
    return id + static_cast<std::uint32_t>(count_bits(starts() & low_bits(i + 1))) - 1;
  }

  Word bits, left;  // `left` has, for each voxel, the one to its left
  std::uint32_t id;
};

/// Joins the runs that the marked voxels of two rows belong to.
size_t join_at(Word marks, const Window& a, const Window& b, std::uint32_t* parents) {
  size_t unions = 0;
  for (; marks != 0; marks &= marks - 1) {
    const unsigned i = lowest_bit(marks);
    unions += join_sets(parents, a.run(i), b.run(i));
  }
  return unions;
}

/// Two runs that touch are found where they begin to overlap, or where one ends and the other
/// begins.
size_t join_rows(const Contact& contact, size_t words, std::uint32_t* parents) {
  size_t unions = 0;
  Word a_before = 0, b_before = 0;
  for (size_t w = 0; w < words; ++w) {
    const Word a = contact.a.facing[w], b = contact.b.facing[w];
    const Word a_left = a << 1 | a_before, b_left = b << 1 | b_before;
    a_before = a >> 63;
    b_before = b >> 63;
    Word marks = a & b & ~(a_left & b_left);
    if (contact.diagonal) marks |= (a & b_left & ~b & ~a_left) | (a_left & b & ~a & ~b_left);
    if (marks == 0) continue;
    const Window one(contact.a.runs, w), other(contact.b.runs, w);
    unions += join_at(marks, one, other, parents);
  }
  return unions;
}

}  // namespace

extern const Kernels SHARPEM_KERNELS;
const Kernels SHARPEM_KERNELS{mask_plane, sort_plane, power_sums,    extremes,    count_equal,
                              all_finite, merge,      count_reached, number_runs, join_rows};

}  // namespace sharpem::voxels
