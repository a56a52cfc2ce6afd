// Disjoint sets of the numbers 0 .. n - 1, as an array of parents; at first each is its own.
//
// The smaller root wins, so the root of a set is its smallest member whatever the order of the
// unions. Disjoint ranges may be worked on by different threads as long as no union crosses them.
// Static: see bits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sharpem {

static inline std::uint32_t find_set(std::uint32_t* parents, std::uint32_t i) {
  while (parents[i] != i) {
    parents[i] = parents[parents[i]];  // path halving
    i = parents[i];
  }
  return i;
}

/// 1 if they were in different sets, otherwise 0.
static inline std::size_t join_sets(std::uint32_t* parents, std::uint32_t i, std::uint32_t j) {
  if (parents[i] == parents[j]) return 0;
  i = find_set(parents, i);
  j = find_set(parents, j);
  if (i == j) return 0;
  parents[i < j ? j : i] = i < j ? i : j;
  return 1;
}

}  // namespace sharpem
