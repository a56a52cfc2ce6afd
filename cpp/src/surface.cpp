// Dilation of 64 voxels at a time: rows are shifted by one bit and combined. A plane is worked on
// as one array, so that the loops are long and vectorise also where rows are short.
#include "sharpem/surface.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "bits.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

using Word = std::uint64_t;

/// What may pass from word to word of a plane: not from the end of one row to the next.
struct RowEdges {
  explicit RowEdges(const BitMask& inside)
      : from_left(inside.shape().ny * inside.words_per_row(), Word{1}),
        from_right(from_left.size(), Word{1} << 63),
        valid(from_left.size(), ~Word{0}) {
    const std::size_t words = inside.words_per_row();
    for (std::size_t first = 0; first < valid.size(); first += words) {
      from_left[first] = 0;
      from_right[first + words - 1] = 0;
      valid[first + words - 1] = tail_bits(inside.shape().nx);
    }
  }

  std::vector<Word> from_left, from_right, valid;
};

void merge(Word* out, const Word* in, std::size_t n) { kernels().voxels->merge(out, in, n); }

/// Outside voxels next to the inside, for one plane after the other.
class PlaneSurface {
 public:
  PlaneSurface(const BitMask& inside, const RowEdges& edges, Adjacency adjacency, bool wrap)
      : inside_(inside),
        edges_(edges),
        adjacency_(adjacency),
        wrap_(wrap),
        words_(inside.words_per_row()),
        size_(inside.shape().ny * words_),
        beside_(size_),
        narrow_(size_),
        padded_(size_ + 2) {}

  std::size_t operator()(std::size_t z) {
    gather(z);
    if (wrap_) wrap_rows();
    return count(inside_.row(z, 0));
  }

 private:
  /// Collects the rows that reach their own x only (narrow) and those that reach x +- 1 too (wide).
  void gather(std::size_t z) {
    Word* wide = padded_.data() + 1;
    const Word* here = inside_.row(z, 0);
    std::copy_n(here, size_, wide);
    std::fill(narrow_.begin(), narrow_.end(), Word{0});
    std::fill(beside_.begin(), beside_.end(), Word{0});
    merge_planes_beside(z, beside_.data());
    if (adjacency_ == Adjacency::face) {
      merge(narrow_.data(), beside_.data(), size_);
      merge_rows_beside(here, narrow_.data());
    } else if (adjacency_ == Adjacency::edge) {
      merge_rows_beside(here, wide);
      merge_rows_beside(beside_.data(), narrow_.data());
      merge(wide, beside_.data(), size_);
    } else {
      merge(beside_.data(), here, size_);
      merge(wide, beside_.data(), size_);
      merge_rows_beside(beside_.data(), wide);
    }
  }

  void merge_planes_beside(std::size_t z, Word* out) const {
    const std::size_t last = inside_.shape().nz - 1;
    if (z > 0 || wrap_) merge(out, inside_.row(z > 0 ? z - 1 : last, 0), size_);
    if (z < last || wrap_) merge(out, inside_.row(z < last ? z + 1 : 0, 0), size_);
  }

  void merge_rows_beside(const Word* in, Word* out) const {
    const std::size_t rest = size_ - words_;
    merge(out + words_, in, rest);
    merge(out, in + words_, rest);
    if (!wrap_) return;
    merge(out, in + rest, words_);
    merge(out + rest, in, words_);
  }

  /// The two ends of each row reach each other.
  void wrap_rows() {
    const std::size_t end = (inside_.shape().nx - 1) % word_bits;
    const Word* wide = padded_.data() + 1;
    for (std::size_t first = 0; first < size_; first += words_) {
      const std::size_t last = first + words_ - 1;
      narrow_[first] |= (wide[last] >> end) & 1;
      narrow_[last] |= (wide[first] & 1) << end;
    }
  }

  std::size_t count(const Word* here) const {
    return kernels().voxels->count_reached({size_, here, narrow_.data(), padded_.data() + 1,
                                            edges_.from_left.data(), edges_.from_right.data(),
                                            edges_.valid.data()});
  }

  const BitMask& inside_;
  const RowEdges& edges_;
  Adjacency adjacency_;
  bool wrap_;
  std::size_t words_, size_;
  std::vector<Word> beside_, narrow_;
  std::vector<Word> padded_;  // the wide rows, with an empty word at each end
};

}  // namespace

std::size_t surface_voxels(const BitMask& inside, Adjacency adjacency, bool wrap) {
  if (inside.shape().voxels() == 0) return 0;
  const RowEdges edges(inside);
  std::vector<std::size_t> found(inside.shape().nz);
  parallel_pieces(found.size(), [&] {
    return [&, plane = PlaneSurface(inside, edges, adjacency, wrap)](std::size_t z) mutable {
      found[z] = plane(z);
    };
  });
  std::size_t sum = 0;
  for (const std::size_t n : found) sum += n;
  return sum;
}

}  // namespace sharpem
