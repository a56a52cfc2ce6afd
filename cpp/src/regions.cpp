// Regions of a contour. A row along x is a list of runs of inside voxels; runs that touch are
// joined, and regions = runs - successful unions. Slabs of planes are joined in parallel, then
// their seams one after the other. The unions never depend on each other's order.
#include "sharpem/regions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "bits.hpp"
#include "buffer.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"
#include "union_find.hpp"

namespace sharpem {
namespace {

using Word = std::uint64_t;
using Index = std::uint32_t;

/// The runs of a contour, numbered in z, y, x order.
class Runs {
 public:
  explicit Runs(const BitMask& inside)
      : inside_(inside), words_(inside.words_per_row()), ids_(inside.shape().nz * plane() + 1) {
    const Shape& shape = inside.shape();
    const auto number = kernels().voxels->number_runs;
    std::vector<std::size_t> first(shape.nz + 1);
    parallel_for(shape.nz, [&](std::size_t z) {
      first[z + 1] = number(inside.row(z, 0), shape.ny, words_, 0, nullptr);
    });
    for (std::size_t z = 0; z < shape.nz; ++z) first[z + 1] += first[z];
    size_ = first.back();
    if (size_ > std::numeric_limits<Index>::max()) {
      throw std::length_error("regions: the contour has more than 2^32 runs");
    }
    parallel_for(shape.nz, [&](std::size_t z) {
      number(inside.row(z, 0), shape.ny, words_, first[z], ids_.data() + z * plane());
    });
    ids_.back() = static_cast<Index>(size_);
  }

  std::size_t size() const { return size_; }
  const Shape& shape() const { return inside_.shape(); }
  std::size_t words() const { return words_; }
  /// Whether a row has no runs.
  bool none(std::size_t z, std::size_t y) const {
    const Index* ids = row(z, y).ids;
    return ids[0] == ids[words_];
  }
  voxels::RunRow row(std::size_t z, std::size_t y) const {
    return {inside_.row(z, y), ids_.data() + z * plane() + y * words_};
  }

 private:
  std::size_t plane() const { return inside_.shape().ny * words_; }

  const BitMask& inside_;
  std::size_t words_, size_ = 0;
  std::vector<Index, Unset<Index>> ids_;
};

/// use(run, begin, end) for the runs of a row, voxels begin .. end - 1 along x.
template <class Use>
void for_runs(const voxels::RunRow& row, std::size_t words, std::size_t nx, const Use& use) {
  Index run = row.ids[0];
  std::size_t begin = 0;
  bool open = false;
  Word carry = 0;
  for (std::size_t w = 0; w < words; ++w) {
    Word changes = row.bits[w] ^ (row.bits[w] << 1 | carry);
    carry = row.bits[w] >> 63;
    for (; changes != 0; changes &= changes - 1) {
      const std::size_t x = w * word_bits + lowest_bit(changes);
      if (open) use(run++, begin, std::min(x, nx));
      begin = x;
      open = !open;
    }
  }
  if (open) use(run, begin, nx);
}

/// A neighbouring row that comes before, and whether voxels touch those at x +- 1 there.
struct Neighbour {
  bool below;  // in plane z - 1, not z
  int dy;
  bool diagonal;
};

std::vector<Neighbour> neighbours(Adjacency adjacency) {
  if (adjacency == Adjacency::face) return {{false, -1, false}, {true, 0, false}};
  const bool corners = adjacency == Adjacency::corner;
  return {{false, -1, true}, {true, 0, true}, {true, -1, corners}, {true, 1, corners}};
}

/// Rows two by two along y and z, merged into one. Among 26 neighbours all that is next to each
/// other along x in there touches: a quarter of the rows, and fewer runs in each.
class Blocks {
 public:
  explicit Blocks(const BitMask& inside)
      : inside_(inside),
        merged_({(inside.shape().nz + 1) / 2, (inside.shape().ny + 1) / 2, inside.shape().nx}) {
    parallel_for(merged_.shape().nz, [&](std::size_t z) {
      for (std::size_t y = 0; y < merged_.shape().ny; ++y) merge(z, y, 0, 0, merged_.row(z, y));
    });
  }

  const BitMask& merged() const { return merged_; }

  /// Those of the rows of block (z, y) that face the block at (dz, dy) from it, merged into `out`,
  /// which is 0.
  void merge(std::size_t z, std::size_t y, int dz, int dy, Word* out) const {
    const auto [z_begin, z_end] = half_of(z, dz, inside_.shape().nz);
    const auto [y_begin, y_end] = half_of(y, dy, inside_.shape().ny);
    for (std::size_t i = z_begin; i < z_end; ++i) {
      for (std::size_t j = y_begin; j < y_end; ++j) {
        kernels().voxels->merge(out, inside_.row(i, j), inside_.words_per_row());
      }
    }
  }

 private:
  /// Of the two rows of a block along one axis of n, of which the last block may have one only.
  static std::pair<std::size_t, std::size_t> half_of(std::size_t block, int direction,
                                                     std::size_t n) {
    const std::size_t begin = 2 * block, end = std::min(n, begin + 2);
    return {direction > 0 ? end - 1 : begin, direction < 0 ? begin + 1 : end};
  }

  const BitMask& inside_;
  BitMask merged_;
};

/// Joins the runs of rows, or of blocks of them. Different slabs may be joined by different
/// threads.
class Joiner {
 public:
  Joiner(const Runs& runs, Adjacency adjacency, bool wrap, const Blocks* blocks = nullptr)
      : runs_(runs),
        blocks_(blocks),
        neighbours_(neighbours(adjacency)),
        wrap_(wrap),
        parents_(runs.size()) {
    std::iota(parents_.begin(), parents_.end(), Index{0});
  }

  /// The first run of the set that run i belongs to.
  Index set_of(std::size_t i) { return find_set(parents_.data(), static_cast<Index>(i)); }

  /// Unions inside planes z_begin .. z_end - 1 and between them.
  std::size_t join_slab(std::size_t z_begin, std::size_t z_end) {
    std::size_t unions = 0;
    for (std::size_t z = z_begin; z < z_end; ++z) {
      unions += join_planes(z, z, false);
      if (z > z_begin) unions += join_planes(z, z - 1, true);
    }
    return unions;
  }

  /// Unions between plane z and the one below it; or inside plane z (below = z).
  std::size_t join_planes(std::size_t z, std::size_t z_below, bool below) {
    std::size_t unions = 0;
    std::vector<Word> scratch(2 * runs_.words());
    for (std::size_t y = 0; y < runs_.shape().ny; ++y) {
      if (runs_.none(z, y)) continue;
      if (wrap_ && !below) {
        const voxels::Side row{runs_.row(z, y), runs_.row(z, y).bits};
        unions += join_ends(row, row);
      }
      for (const Neighbour& to : neighbours_) {
        if (to.below == below) unions += join_neighbour(z, y, z_below, to, scratch);
      }
    }
    return unions;
  }

 private:
  std::size_t join_neighbour(std::size_t z, std::size_t y, std::size_t to_z, const Neighbour& to,
                             std::vector<Word>& scratch) {
    const std::size_t ny = runs_.shape().ny;
    const bool beyond = to.dy < 0 ? y == 0 : to.dy > 0 && y + 1 == ny;
    if (beyond && !wrap_) return 0;
    const std::size_t to_y = to.dy < 0 ? (y + ny - 1) % ny : (y + (to.dy > 0 ? 1 : 0)) % ny;
    if (runs_.none(to_z, to_y)) return 0;
    const int dz = to.below ? -1 : 0;
    const voxels::Contact contact{side(z, y, dz, to.dy, scratch.data()),
                                  side(to_z, to_y, -dz, -to.dy, scratch.data() + runs_.words()),
                                  to.diagonal};
    std::size_t unions = kernels().voxels->join_rows(contact, runs_.words(), parents_.data());
    if (wrap_ && to.diagonal) {
      unions += join_ends(contact.a, contact.b) + join_ends(contact.b, contact.a);
    }
    return unions;
  }

  /// A row as its neighbour at (dz, dy) sees it.
  voxels::Side side(std::size_t z, std::size_t y, int dz, int dy, Word* scratch) const {
    const voxels::RunRow row = runs_.row(z, y);
    if (blocks_ == nullptr) return {row, row.bits};
    std::fill_n(scratch, runs_.words(), Word{0});
    blocks_->merge(z, y, dz, dy, scratch);
    return {row, scratch};
  }

  /// Periodic box: the first voxel of one row touches the last voxel of the other.
  std::size_t join_ends(const voxels::Side& one, const voxels::Side& other) {
    const std::size_t last = runs_.shape().nx - 1;
    const bool touch =
        (one.facing[0] & 1) != 0 && (other.facing[last / word_bits] >> last % word_bits & 1) != 0;
    if (!touch) return 0;
    // The run of the other's last voxel is the last of its row.
    const std::size_t after = kernels().voxels->number_runs(other.runs.bits, 1, runs_.words(),
                                                            other.runs.ids[0], nullptr);
    return join_sets(parents_.data(), one.runs.ids[0], static_cast<Index>(after - 1));
  }

  const Runs& runs_;
  const Blocks* blocks_;
  std::vector<Neighbour> neighbours_;
  bool wrap_;
  std::vector<Index> parents_;
};

/// Joins everything that touches; the number of unions.
std::size_t join_all(Joiner& joiner, std::size_t nz, bool wrap) {
  constexpr std::size_t slab = 16;  // planes; seams, which are serial, are 1 of 16 plane pairs
  std::vector<std::size_t> unions((nz + slab - 1) / slab);
  parallel_for(unions.size(), [&](std::size_t i) {
    unions[i] = joiner.join_slab(i * slab, std::min(nz, (i + 1) * slab));
  });
  std::size_t sum = 0;
  for (const std::size_t n : unions) sum += n;
  for (std::size_t z = slab; z < nz; z += slab) sum += joiner.join_planes(z, z - 1, true);
  if (wrap && nz > 0) sum += joiner.join_planes(0, nz - 1, true);
  return sum;
}

/// Number of the region of each run, 1, 2, ... A set's root is its first run.
std::vector<Index> number_regions(Joiner& sets, std::size_t runs, std::size_t regions) {
  std::vector<Index> region(runs);
  Index next = 0;
  for (std::size_t i = 0; i < runs; ++i) {
    const Index root = sets.set_of(i);
    region[i] = root == i ? ++next : region[root];
  }
  if (next != regions) throw std::logic_error("regions: count and labels disagree");
  return region;
}

}  // namespace

std::size_t count_regions(const BitMask& inside, Adjacency adjacency, bool wrap) {
  if (adjacency == Adjacency::corner) {
    const Blocks blocks(inside);
    const Runs runs(blocks.merged());
    Joiner joiner(runs, adjacency, wrap, &blocks);
    return runs.size() - join_all(joiner, runs.shape().nz, wrap);
  }
  const Runs runs(inside);
  Joiner joiner(runs, adjacency, wrap);
  return runs.size() - join_all(joiner, runs.shape().nz, wrap);
}

Regions label_regions(const BitMask& inside, Adjacency adjacency, bool wrap) {
  const Shape& shape = inside.shape();
  const Runs runs(inside);
  Joiner joiner(runs, adjacency, wrap);
  const std::size_t found = runs.size() - join_all(joiner, shape.nz, wrap);
  const std::vector<Index> region = number_regions(joiner, runs.size(), found);

  Regions out{std::vector<std::size_t>(found), std::vector<std::uint32_t>(shape.voxels())};
  std::vector<Index> lengths(runs.size());
  parallel_for(shape.nz, [&](std::size_t z) {
    for (std::size_t y = 0; y < shape.ny; ++y) {
      std::uint32_t* row = out.labels.data() + (z * shape.ny + y) * shape.nx;
      for_runs(runs.row(z, y), runs.words(), shape.nx,
               [&](Index run, std::size_t begin, std::size_t end) {
                 std::fill(row + begin, row + end, region[run]);
                 lengths[run] = static_cast<Index>(end - begin);
               });
    }
  });
  for (std::size_t i = 0; i < runs.size(); ++i) out.sizes[region[i] - 1] += lengths[i];
  return out;
}

}  // namespace sharpem
