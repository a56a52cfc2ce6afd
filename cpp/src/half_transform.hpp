// A spectrum after the transform along z: the state between a spectrum and the planes of a map.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "fft.hpp"
#include "parallel.hpp"
#include "sharpem/spectrum.hpp"

namespace sharpem {

/// Leaves new elements unset: memory is first touched by the thread that fills it.
template <class T>
struct Unset : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  template <class U>
  void construct(U* /*element*/) noexcept {}
};

using TermBuffer = std::vector<Spectrum::Term, Unset<Spectrum::Term>>;

/// The h of one k whose columns reach into the resolution sphere, from `begin` to before `end`.
struct Stretch {
  std::size_t begin = 0, end = 0;
  std::size_t offset = 0;  // in the plane of packed columns
};

/// Part of a stretch that is transformed along z in one go.
struct Block {
  int k = 0;
  std::size_t begin = 0, end = 0, offset = 0;

  std::size_t lanes() const { return end - begin; }
};

/// For each z the columns (h, k) that are not known to be zero, packed.
struct HalfTransform {
  explicit HalfTransform(const Spectrum& spectrum);

  /// Whether another spectrum has the same columns.
  bool fits(const Spectrum& spectrum) const;

  Spectrum::Term* plane(std::size_t z) { return terms.data() + z * stride; }
  const Spectrum::Term* plane(std::size_t z) const { return terms.data() + z * stride; }

  const Stretch& stretch(int k) const { return stretches[static_cast<std::size_t>(k - k_min)]; }
  std::size_t block_stride() const { return fft::spread(std::min(block_lanes, row_size)); }

  Shape grid;
  UnitCell cell;
  double d_min = 0;
  std::size_t row_size = 0;  // h_max + 1
  int k_min = 0, k_max = 0;
  std::vector<Stretch> stretches;  // one for each k
  std::vector<Block> blocks;
  std::size_t stride = 0;  // columns per plane
  TermBuffer terms;

 private:
  void add_blocks(int k, const Stretch& stretch);
  /// Few enough lanes for a block to stay in the second-level cache.
  static constexpr std::size_t block_lanes = 128;
};

inline void HalfTransform::add_blocks(int k, const Stretch& stretch) {
  for (std::size_t h = stretch.begin; h < stretch.end; h += block_lanes) {
    const std::size_t end = std::min(h + block_lanes, stretch.end);
    blocks.push_back({k, h, end, stretch.offset + h - stretch.begin});
  }
}

inline HalfTransform::HalfTransform(const Spectrum& spectrum)
    : grid(spectrum.grid()),
      cell(spectrum.cell()),
      d_min(spectrum.d_min()),
      row_size(spectrum.row_size()),
      k_min(spectrum.k_min()),
      k_max(spectrum.k_max()) {
  // How close to the origin a column comes: in the Cartesian frame (cell.hpp) l moves a term along
  // the third axis only.
  const auto reaches = [&](std::size_t h, int k) {
    const auto s = spectrum.reciprocal().s(static_cast<int>(h), k, 0);
    return spectrum.keeps((s[0] * s[0] + s[1] * s[1]) * (1 - 1e-9));
  };
  for (int k = k_min; k <= k_max; ++k) {
    Stretch stretch{0, row_size, stride};
    while (stretch.begin < stretch.end && !reaches(stretch.begin, k)) ++stretch.begin;
    while (stretch.begin < stretch.end && !reaches(stretch.end - 1, k)) --stretch.end;
    stretches.push_back(stretch);
    add_blocks(k, stretch);
    stride += stretch.end - stretch.begin;
  }
  terms.resize(grid.nz * stride);
}

inline bool HalfTransform::fits(const Spectrum& spectrum) const {
  return grid == spectrum.grid() && cell == spectrum.cell() && d_min == spectrum.d_min();
}

/// Where index i (negative ones included) stands on an axis of n points.
inline std::size_t wrapped(int i, std::size_t n) {
  return static_cast<std::size_t>(i < 0 ? i + static_cast<std::ptrdiff_t>(n) : i);
}

/// work(position, i) for the indices first .. last of an axis of n points, rest(position) for the
/// other points.
template <class Work, class Rest>
void along_axis(int first, int last, std::size_t n, const Work& work, const Rest& rest) {
  for (int i = first; i <= last; ++i) work(wrapped(i, n), i);
  const std::size_t end = n - static_cast<std::size_t>(-first);
  for (auto p = static_cast<std::size_t>(last) + 1; p < end; ++p) rest(p);
}

/// work(block, buffer) for every block of columns in parallel; rows of the buffer, one for each z,
/// stand block_stride() apart.
template <class Work>
void for_blocks(const HalfTransform& half, const Work& work) {
  parallel_pieces(half.blocks.size(), [&] {
    return [&, buffer = TermBuffer(half.grid.nz * half.block_stride())](std::size_t i) mutable {
      work(half.blocks[i], buffer.data());
    };
  });
}

}  // namespace sharpem
