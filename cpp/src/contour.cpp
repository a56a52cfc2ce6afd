// The n-th largest voxel without sorting the map. A sample of planes gives a bracket for it; one
// pass then counts what lies above the bracket and keeps what lies within, among which the exact
// value is selected. If the bracket misses, or too many equal values lie in it, the answer comes
// from a wider bracket or from two counting passes over the bits of the values.
#include "sharpem/contour.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>

#include "bits.hpp"
#include "bracket.hpp"
#include "buffer.hpp"
#include "float_keys.hpp"
#include "kernels/kernels.hpp"
#include "moments.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

using Word = std::uint64_t;

using Counts = std::vector<std::size_t>;

/// The bucket of the n-th largest value, when buckets ascend; n becomes its rank in there.
std::size_t find_bucket(const Counts& counts, std::size_t& n) {
  std::size_t i = counts.size() - 1;
  for (; i > 0 && counts[i] < n; --i) n -= counts[i];
  return i;
}

// --- The pass over all planes -------------------------------------------------------------------

using voxels::Candidate;
using Candidates = std::vector<Candidate, Unset<Candidate>>;

Moments moments_of(const float* values, std::size_t n, float centre) {
  double sums[4];
  kernels().voxels->power_sums(values, n, centre, sums);
  return {static_cast<double>(n), sums[0], sums[1], sums[2], sums[3]};
}

/// The contour of one number of voxels, from one reading of the planes: everything >= bracket.low
/// is set in the mask.
class Level {
 public:
  Level(const Shape& shape, const Bracket& bracket)
      : bracket_(bracket), shape_(shape), mask_(shape), candidates_(shape.nz) {}

  /// Takes in plane z; different ones at the same time. `found` has room for all its voxels.
  void read(std::size_t z, const float* values, Candidate* found) {
    const voxels::Tally count =
        kernels().voxels->sort_plane({values, shape_.ny, shape_.nx, mask_.row(z, 0)}, bracket_.low,
                                     bracket_.high, keeps_candidates() ? found : nullptr);
    above_ += count.above;
    within_ += count.within;
    if (keeps_candidates() && complete()) candidates_[z].assign(found, found + count.within);
  }

  bool holds(std::size_t n) const { return above_ < n && n <= above_ + within_; }
  /// False if the candidates were too many to be kept.
  bool complete() const { return !keeps_candidates() || within_ <= room(); }

  /// The contour of the n-th largest value, of which holds(n) and complete() are true.
  Contour contour(std::size_t n) && {
    Contour out;
    out.threshold = bracket_.low + 0.0f;
    out.voxels_inside = above_ + within_;
    if (keeps_candidates()) {
      out.threshold = select(n - above_);
      out.voxels_inside -= clear_below(out.threshold);
    }
    out.inside = std::move(mask_);
    return out;
  }

 private:
  /// In an empty bracket all candidates equal its bound.
  bool keeps_candidates() const { return bracket_.low < bracket_.high; }
  std::size_t room() const { return shape_.voxels() / 4 + 65536; }

  template <class Use>
  void for_candidates(const Use& use) const {
    for (const Candidates& plane : candidates_) {
      for (const Candidate& c : plane) use(c.value);
    }
  }

  /// The n-th largest candidate: its bucket first, as selecting among all of them takes longer.
  float select(std::size_t n) const {
    constexpr std::size_t buckets = 1024;
    const double range = static_cast<double>(bracket_.high) - bracket_.low;
    const double scale = std::isfinite(range) ? (buckets - 1) / range : 0;
    const double origin = std::isfinite(range) ? bracket_.low : 0;
    const auto bucket_of = [=](float value) {  // never falls as the value rises
      return static_cast<std::size_t>((value - origin) * scale);
    };
    Counts counts(buckets);
    for_candidates([&](float value) { ++counts[bucket_of(value)]; });
    const std::size_t bucket = find_bucket(counts, n);
    std::vector<float> values;
    values.reserve(counts[bucket]);
    for_candidates([&](float value) {
      if (bucket_of(value) == bucket) values.push_back(value);
    });
    return nth_largest(values, n);
  }

  /// Takes the candidates below the threshold out of the mask; how many.
  std::size_t clear_below(float threshold) {
    std::size_t cleared = 0;
    for (std::size_t z = 0; z < shape_.nz; ++z) {
      Word* bits = mask_.row(z, 0);
      for (const Candidate& c : candidates_[z]) {
        const Word below = c.value < threshold;
        bits[c.bit / word_bits] &= ~(below << (c.bit % word_bits));
        cleared += below;
      }
    }
    return cleared;
  }

  Bracket bracket_;
  Shape shape_;
  BitMask mask_;
  std::vector<Candidates> candidates_;  // of each plane
  // Sums over planes; while they are read, what is within bounds the memory, too.
  std::atomic<std::size_t> above_{0}, within_{0};
};

using Levels = std::deque<Level>;  // they stay where they are

void check_finite(bool finite) {
  if (!finite) throw std::invalid_argument("contour: the map holds NaN or infinite values");
}

/// Reads the planes once for all levels; the moments about `centre`, or nothing if not wanted.
Moments read_planes(const PlaneSource& map, Levels& levels, float centre, bool with_moments) {
  const Shape shape = map.shape();
  std::vector<Moments> moments(shape.nz);
  parallel_pieces(shape.nz, [&] {
    return [&, scratch = std::vector<float>(shape.plane()),
            found = Candidates(shape.plane())](std::size_t z) mutable {
      const float* values = map.plane(z, scratch.data());
      if (with_moments) {
        moments[z] = moments_of(values, shape.plane(), centre);
      } else {
        check_finite(kernels().voxels->all_finite(values, shape.plane()));
      }
      for (Level& level : levels) level.read(z, values, found.data());
    };
  });
  Moments sum;
  for (const Moments& plane : moments) sum.add(plane);
  return sum;
}

// --- Fallback: counting by the bits of the values -----------------------------------------------

/// Counts of bucket_of(key) < 65536 over all voxels; larger buckets are not counted.
template <class BucketOf>
Counts count_keys(const PlaneSource& map, const BucketOf& bucket_of) {
  const Shape shape = map.shape();
  const std::size_t groups = std::min<std::size_t>(shape.nz, 16);  // bounds the memory
  std::vector<Counts> counts(groups);
  parallel_pieces(groups, [&] {
    return [&, scratch = std::vector<float>(shape.plane())](std::size_t g) mutable {
      counts[g].resize(65536);
      for (std::size_t z = g * shape.nz / groups; z < (g + 1) * shape.nz / groups; ++z) {
        const float* plane = map.plane(z, scratch.data());
        for (std::size_t i = 0; i < shape.plane(); ++i) {
          const std::uint32_t bucket = bucket_of(key_of(plane[i]));
          if (bucket < 65536) ++counts[g][bucket];
        }
      }
    };
  });
  for (std::size_t g = 1; g < groups; ++g) {
    for (std::size_t i = 0; i < counts[0].size(); ++i) counts[0][i] += counts[g][i];
  }
  return std::move(counts[0]);
}

/// Needs little memory whatever the values are, at the price of two more passes.
float nth_largest_by_counting(const PlaneSource& map, std::size_t n) {
  const auto upper = [](std::uint32_t key) { return key >> 16; };
  const auto high = static_cast<std::uint32_t>(find_bucket(count_keys(map, upper), n));
  const auto lower = [high](std::uint32_t key) {
    return key >> 16 == high ? key & 0xffffu : ~std::uint32_t{0};
  };
  const auto low = static_cast<std::uint32_t>(find_bucket(count_keys(map, lower), n));
  return value_of(high << 16 | low) + 0.0f;
}

void check(const Shape& shape, std::size_t voxels) {
  if (voxels < 1 || voxels > shape.voxels()) {
    throw std::invalid_argument("contour: number of voxels inside must be 1 to " +
                                std::to_string(shape.voxels()) + ", not " + std::to_string(voxels));
  }
  if (shape.ny * BitMask({1, 1, shape.nx}).words_per_row() > (std::size_t{1} << 26)) {
    throw std::invalid_argument("contour: a plane of the map has more than 2^32 voxels");
  }
}

Bracket bracket_for(const Sample& sample, Ranking& ranking, const Shape& shape, std::size_t voxels,
                    double widen) {
  constexpr std::size_t tiny = 8192;  // voxels: all of them are candidates
  if (shape.voxels() <= tiny) return {};
  const double fraction = static_cast<double>(voxels) / static_cast<double>(shape.voxels());
  return bracket_for(sample, ranking, fraction, widen);
}

bool has_contour(const Level& level, std::size_t voxels) {
  return level.complete() && level.holds(voxels);
}

/// Where the bracket has missed: from a wider one, unless the candidates were too many already;
/// then by counting, which never misses.
Contour contour_again(const PlaneSource& map, const Sample& sample, Ranking& ranking,
                      std::size_t voxels, bool widen) {
  if (widen) {
    Levels wide;
    wide.emplace_back(map.shape(), bracket_for(sample, ranking, map.shape(), voxels, 4.0));
    read_planes(map, wide, 0, /*with_moments=*/false);
    if (has_contour(wide.front(), voxels)) return std::move(wide.front()).contour(voxels);
  }
  Contour out;
  out.threshold = nth_largest_by_counting(map, voxels);
  out.inside = inside_contour(map, out.threshold);
  out.voxels_inside = out.inside.count();
  return out;
}

}  // namespace

std::size_t BitMask::count() const {
  std::size_t sum = 0;
  for (const Word word : bits_) sum += popcount(word);
  return sum;
}

BitMask inside_contour(const PlaneSource& map, float threshold) {
  const Shape shape = map.shape();
  BitMask mask(shape);
  parallel_pieces(shape.nz, [&] {
    return [&, scratch = std::vector<float>(shape.plane())](std::size_t z) mutable {
      const float* plane = map.plane(z, scratch.data());
      kernels().voxels->mask_plane({plane, shape.ny, shape.nx, mask.row(z, 0)}, threshold);
    };
  });
  return mask;
}

BitMask inside_contour(VolumeView map, float threshold) {
  return inside_contour(MapPlanes(map), threshold);
}

std::vector<Contour> contours_of(const PlaneSource& source, const std::vector<std::size_t>& voxels,
                                 bool kurtosis) {
  for (const std::size_t n : voxels) check(source.shape(), n);
  if (voxels.empty()) return {};
  const SampledMap map(source);
  const Sample sample = map.sample();
  const float middle = centre(sample);
  check_finite(std::isfinite(middle));
  Ranking ranking(sample.values);
  Levels levels;
  for (const std::size_t n : voxels) {
    levels.emplace_back(map.shape(), bracket_for(sample, ranking, map.shape(), n, 1.0));
  }
  const Moments moments = read_planes(map, levels, middle, kurtosis);
  if (kurtosis) check_finite(moments.finite());
  std::vector<Contour> contours;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    contours.push_back(has_contour(levels[i], voxels[i])
                           ? std::move(levels[i]).contour(voxels[i])
                           : contour_again(map, sample, ranking, voxels[i], levels[i].complete()));
    if (kurtosis) contours.back().kurtosis = moments.kurtosis();
  }
  return contours;
}

Contour contour_of(const PlaneSource& map, std::size_t voxels) {
  return std::move(contours_of(map, {voxels}).front());
}

Contour contour_of(VolumeView map, std::size_t voxels) {
  return contour_of(MapPlanes(map), voxels);
}

}  // namespace sharpem
