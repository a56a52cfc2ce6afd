// Regions of a contour. A row along x is a list of runs of inside voxels; runs that touch are
// joined, and regions = runs - successful unions. Slabs of planes are joined in parallel, then
// their seams one after the other. The unions never depend on each other's order.
#include "sharpem/regions.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "bits.hpp"
#include "parallel.hpp"
#include "union_find.hpp"

namespace sharpem {
namespace {

using Word = std::uint64_t;
using Index = std::uint32_t;

struct Run {
  Index begin, end;  // voxels begin .. end - 1 along x
};

/// All runs of a contour in z, y, x order.
class Runs {
 public:
  explicit Runs(const BitMask& inside) : shape_(inside.shape()) {
    locate(inside);
    runs_.resize(first_.back());
    parallel_for(shape_.nz, [&](std::size_t z) {
      for (std::size_t y = 0; y < shape_.ny; ++y) extract(inside, z, y);
    });
  }

  std::size_t size() const { return runs_.size(); }
  const Shape& shape() const { return shape_; }
  const Run& operator[](std::size_t i) const { return runs_[i]; }
  Index first(std::size_t z, std::size_t y) const { return first_[z * shape_.ny + y]; }
  Index last(std::size_t z, std::size_t y) const { return first_[z * shape_.ny + y + 1]; }

 private:
  /// Number of the first run of each row.
  void locate(const BitMask& inside) {
    first_.resize(shape_.nz * shape_.ny + 1);
    parallel_for(shape_.nz, [&](std::size_t z) {
      for (std::size_t y = 0; y < shape_.ny; ++y) {
        first_[z * shape_.ny + y + 1] = runs_of_row(inside.row(z, y), inside.words_per_row());
      }
    });
    std::uint64_t sum = 0;
    for (Index& first : first_) {
      sum += first;
      if (sum > std::numeric_limits<Index>::max()) {
        throw std::length_error("regions: the contour has more than 2^32 runs");
      }
      first = static_cast<Index>(sum);
    }
  }

  static Index runs_of_row(const Word* row, std::size_t words) {
    std::size_t n = 0;
    Word carry = 0;
    for (std::size_t w = 0; w < words; ++w) {
      if (row[w] != 0) n += popcount(row[w] & ~((row[w] << 1) | carry));
      carry = row[w] >> 63;
    }
    return static_cast<Index>(n);
  }

  void extract(const BitMask& inside, std::size_t z, std::size_t y) {
    const Word* row = inside.row(z, y);
    Run* run = runs_.data() + first(z, y);
    const Run* const stop = runs_.data() + last(z, y);
    bool open = false;
    Word carry = 0;
    for (std::size_t w = 0; run != stop && w < inside.words_per_row(); ++w) {
      Word changes = row[w] ^ ((row[w] << 1) | carry);
      carry = row[w] >> 63;
      for (; changes != 0; changes &= changes - 1) {
        const auto x = static_cast<Index>(w * word_bits + lowest_bit(changes));
        if (open) {
          (run++)->end = x;
        } else {
          run->begin = x;
        }
        open = !open;
      }
    }
    if (open) run->end = static_cast<Index>(shape_.nx);
  }

  Shape shape_;
  std::vector<Index> first_;
  std::vector<Run> runs_;
};

/// A neighbouring row that comes before, and how far a voxel reaches along x there.
struct Neighbour {
  bool below;  // in plane z - 1, not z
  int dy;
  Index reach;
};

std::vector<Neighbour> neighbours(Adjacency adjacency) {
  switch (adjacency) {
    case Adjacency::face:
      return {{false, -1, 0}, {true, 0, 0}};
    case Adjacency::edge:
      return {{false, -1, 1}, {true, 0, 1}, {true, -1, 0}, {true, 1, 0}};
    case Adjacency::corner:
      break;
  }
  return {{false, -1, 1}, {true, 0, 1}, {true, -1, 1}, {true, 1, 1}};
}

/// Joins the runs of rows. Different slabs may be joined by different threads.
class Joiner {
 public:
  Joiner(const Runs& runs, Adjacency adjacency, bool wrap)
      : runs_(runs), neighbours_(neighbours(adjacency)), wrap_(wrap), sets_(runs.size()) {}

  UnionFind& sets() { return sets_; }

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
    for (std::size_t y = 0; y < runs_.shape().ny; ++y) {
      if (runs_.first(z, y) == runs_.last(z, y)) continue;
      if (wrap_ && !below) unions += join_ends(z, y, z, y);
      for (const Neighbour& to : neighbours_) {
        if (to.below == below) unions += join_neighbour(z, y, z_below, to);
      }
    }
    return unions;
  }

 private:
  std::size_t join_neighbour(std::size_t z, std::size_t y, std::size_t to_z, const Neighbour& to) {
    const std::size_t ny = runs_.shape().ny;
    const bool beyond = to.dy < 0 ? y == 0 : to.dy > 0 && y + 1 == ny;
    if (beyond && !wrap_) return 0;
    const std::size_t to_y = to.dy < 0 ? (y + ny - 1) % ny : (y + (to.dy > 0 ? 1 : 0)) % ny;
    if (runs_.first(to_z, to_y) == runs_.last(to_z, to_y)) return 0;
    std::size_t unions = join_rows(z, y, to_z, to_y, to.reach);
    if (wrap_ && to.reach > 0) {
      unions += join_ends(z, y, to_z, to_y);
      unions += join_ends(to_z, to_y, z, y);
    }
    return unions;
  }

  /// Joins the runs of two rows that overlap once they are `reach` longer at each end.
  std::size_t join_rows(std::size_t z, std::size_t y, std::size_t to_z, std::size_t to_y,
                        Index reach) {
    std::size_t unions = 0;
    Index i = runs_.first(z, y), j = runs_.first(to_z, to_y);
    const Index i_end = runs_.last(z, y), j_end = runs_.last(to_z, to_y);
    while (i < i_end && j < j_end) {
      const Run a = runs_[i], b = runs_[j];
      if (a.begin < b.end + reach && b.begin < a.end + reach) unions += sets_.join(i, j);
      const Index next = a.end < b.end ? 1 : 0;  // no branch: it could not be predicted
      i += next;
      j += 1 - next;
    }
    return unions;
  }

  /// Periodic box: the first voxel of one (not empty) row touches the last voxel of the other.
  std::size_t join_ends(std::size_t z, std::size_t y, std::size_t to_z, std::size_t to_y) {
    const Index i = runs_.first(z, y), j = runs_.last(to_z, to_y) - 1;
    const bool touch = runs_[i].begin == 0 && runs_[j].end == runs_.shape().nx;
    return touch && sets_.join(i, j);
  }

  const Runs& runs_;
  std::vector<Neighbour> neighbours_;
  bool wrap_;
  UnionFind sets_;
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
std::vector<Index> number_regions(UnionFind& sets, std::size_t runs, std::size_t regions) {
  std::vector<Index> region(runs);
  Index next = 0;
  for (std::size_t i = 0; i < runs; ++i) {
    const Index root = sets.find(static_cast<Index>(i));
    region[i] = root == i ? ++next : region[root];
  }
  if (next != regions) throw std::logic_error("regions: count and labels disagree");
  return region;
}

}  // namespace

std::size_t count_regions(const BitMask& inside, Adjacency adjacency, bool wrap) {
  const Runs runs(inside);
  Joiner joiner(runs, adjacency, wrap);
  return runs.size() - join_all(joiner, inside.shape().nz, wrap);
}

Regions label_regions(const BitMask& inside, Adjacency adjacency, bool wrap) {
  const Shape& shape = inside.shape();
  const Runs runs(inside);
  Joiner joiner(runs, adjacency, wrap);
  const std::size_t found = runs.size() - join_all(joiner, shape.nz, wrap);
  const std::vector<Index> region = number_regions(joiner.sets(), runs.size(), found);

  Regions out{std::vector<std::size_t>(found), std::vector<std::uint32_t>(shape.voxels())};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    out.sizes[region[i] - 1] += runs[i].end - runs[i].begin;
  }
  parallel_for(shape.nz, [&](std::size_t z) {
    for (std::size_t y = 0; y < shape.ny; ++y) {
      std::uint32_t* row = out.labels.data() + (z * shape.ny + y) * shape.nx;
      for (Index i = runs.first(z, y); i < runs.last(z, y); ++i) {
        std::fill(row + runs[i].begin, row + runs[i].end, region[i]);
      }
    }
  });
  return out;
}

}  // namespace sharpem
