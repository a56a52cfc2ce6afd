// Where the n-th largest voxel of a map may be expected, from a sample of the map.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "buffer.hpp"
#include "float_keys.hpp"
#include "parallel.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// Some voxels of some planes, spread over the map; the same for any number of threads.
struct Sample {
  std::vector<float> values;  // plane after plane
  std::size_t per_plane = 0;
};

/// A map of which some planes, spread over it, are kept: to make one may take a transform.
class SampledMap final : public PlaneSource {
 public:
  static std::size_t planes_of(const Shape& shape) {
    return std::min(shape.nz, std::max<std::size_t>(4, shape.nz / 20));
  }

  explicit SampledMap(const PlaneSource& map)
      : map_(map),
        made_(planes_of(map.shape()) * map.shape().plane()),
        kept_(map.shape().nz, nullptr) {
    const Shape shape = map.shape();
    parallel_for(planes_of(shape), [&](std::size_t p) {
      const std::size_t z = place(p);
      kept_[z] = map.plane(z, made_.data() + p * shape.plane());
    });
  }

  Shape shape() const override { return map_.shape(); }
  const float* plane(std::size_t z, float* scratch) const override {
    return kept_[z] != nullptr ? kept_[z] : map_.plane(z, scratch);
  }

  Sample sample() const {
    constexpr std::size_t wanted = 65536;
    const std::size_t planes = planes_of(shape()), all = shape().plane();
    // An odd step does not fall in with the length of the rows, which is mostly even.
    const std::size_t step = std::min(all, (planes * all / wanted) | 1);
    Sample sample{std::vector<float>(planes * (all / step)), all / step};
    float* to = sample.values.data();
    for (std::size_t p = 0; p < planes; ++p, to += sample.per_plane) {
      const float* from = kept_[place(p)] + p % step;
      for (std::size_t i = 0; i < sample.per_plane; ++i) to[i] = from[i * step];
    }
    return sample;
  }

 private:
  std::size_t place(std::size_t p) const {
    const std::size_t planes = planes_of(shape());
    return (2 * p + 1) * shape().nz / (2 * planes);
  }

  const PlaneSource& map_;
  Buffer made_;
  std::vector<const float*> kept_;
};

/// A value near the middle of the map, about which moments are well conditioned. A float, so that
/// a constant map deviates from it by exactly nothing.
inline float centre(const Sample& sample) {
  constexpr std::size_t chains = 4;  // of sums: one alone waits for each addition
  double sums[chains] = {};
  std::size_t i = 0;
  for (; i + chains <= sample.values.size(); i += chains) {
    for (std::size_t j = 0; j < chains; ++j) sums[j] += static_cast<double>(sample.values[i + j]);
  }
  for (; i < sample.values.size(); ++i) sums[0] += static_cast<double>(sample.values[i]);
  const double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return static_cast<float>(sum / static_cast<double>(sample.values.size()));
}

/// The threshold is expected in [low, high]; infinite where there is no bound.
struct Bracket {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

/// How much the even and the odd planes of the sample disagree about the number of voxels inside:
/// the error that comes from looking at a few planes only. 0 to 1.
inline double plane_error(const Sample& sample, float threshold) {
  double count[2] = {0, 0};
  const float* values = sample.values.data();
  for (std::size_t p = 0; p * sample.per_plane < sample.values.size(); ++p) {
    std::uint32_t inside = 0;
    for (std::size_t i = 0; i < sample.per_plane; ++i) inside += values[i] >= threshold ? 1U : 0U;
    count[p % 2] += inside;
    values += sample.per_plane;
  }
  return std::abs(count[0] - count[1]) / std::max(1.0, count[0] + count[1]);
}

/// Reorders `values`.
inline float nth_largest(std::vector<float>& values, std::size_t n) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(n - 1);
  std::nth_element(values.begin(), nth, values.end(), std::greater<>());
  return *nth + 0.0f;  // never -0: equal values must give equal bits
}

/// The largest values of a sample in order, as many as are asked for: mostly few.
class Ranking {
 public:
  /// Of values that must stay.
  explicit Ranking(const std::vector<float>& values) : values_(values), counts_(bucket_count) {
    for (const float value : values_) ++counts_[bucket_of(value)];
  }

  std::size_t size() const { return values_.size(); }

  /// The n-th largest.
  float operator()(std::size_t n) {
    if (n > sorted_.size()) sort_to(std::min(size(), 2 * n));  // ranks near n are asked for next
    return sorted_[n - 1] + 0.0f;                              // never -0
  }

 private:
  static constexpr unsigned shift = 19;  // sixteen buckets for each power of two
  static constexpr std::size_t bucket_count = std::size_t{1} << (32 - shift);

  static std::size_t bucket_of(float value) { return key_of(value) >> shift; }

  /// At least the n largest: whole buckets.
  void sort_to(std::size_t n) {
    std::size_t bucket = bucket_count, many = 0;
    while (many < n) many += counts_[--bucket];
    sorted_.resize(many + 1);  // what is not wanted is written once more, and left there
    std::size_t filled = 0;
    for (const float value : values_) {
      sorted_[filled] = value;
      filled += bucket_of(value) >= bucket ? 1 : 0;
    }
    sorted_.resize(many);
    std::sort(sorted_.begin(), sorted_.end(), std::greater<>());
  }

  const std::vector<float>& values_;
  std::vector<std::uint32_t> counts_;
  std::vector<float> sorted_;
};

/// `ranking` is of the sample's values.
inline Bracket bracket_for(const Sample& sample, Ranking& ranking, double fraction, double widen) {
  const auto size = static_cast<double>(ranking.size());
  const double rank = std::clamp(std::ceil(fraction * size), 1.0, size);
  const double rare = std::min(rank, size - rank);
  const double error = 0.12 + plane_error(sample, ranking(static_cast<std::size_t>(rank)));
  const double margin = 1 + widen * (4 * std::sqrt(rare) + error * rare);
  Bracket bracket;
  if (rank + margin < size) bracket.low = ranking(static_cast<std::size_t>(rank + margin));
  if (rank - margin > 1) bracket.high = ranking(static_cast<std::size_t>(rank - margin));
  return bracket;
}

}  // namespace sharpem
