// Disjoint sets of the numbers 0 .. n - 1.
//
// The smaller root wins, so the root of a set is its smallest member whatever the order of the
// unions. Disjoint ranges may be worked on by different threads as long as no union crosses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace sharpem {

class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
  }

  std::uint32_t find(std::uint32_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];  // path halving
      i = parent_[i];
    }
    return i;
  }

  /// True if they were in different sets.
  bool join(std::uint32_t i, std::uint32_t j) {
    i = find(i);
    j = find(j);
    if (i == j) return false;
    if (i > j) std::swap(i, j);
    parent_[j] = i;
    return true;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace sharpem
