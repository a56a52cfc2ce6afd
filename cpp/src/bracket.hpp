// Where the n-th largest voxel of a map may be expected, from a sample of the map.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "buffer.hpp"
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
    Sample sample{{}, all / step};
    sample.values.reserve(planes * sample.per_plane);
    for (std::size_t p = 0; p < planes; ++p) {
      const float* values = kept_[place(p)];
      for (std::size_t i = 0; i < sample.per_plane; ++i) {
        sample.values.push_back(values[p % step + i * step]);
      }
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
  const double sum = std::accumulate(sample.values.begin(), sample.values.end(), 0.0);
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
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    if (sample.values[i] >= threshold) count[i / sample.per_plane % 2] += 1;
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
  explicit Ranking(std::vector<float> values) : values_(std::move(values)) {}

  std::size_t size() const { return values_.size(); }

  /// The n-th largest.
  float operator()(std::size_t n) {
    if (n > sorted_) sort_to(std::min(size(), 2 * n));  // ranks near n are asked for next
    return values_[n - 1] + 0.0f;                       // never -0
  }

 private:
  void sort_to(std::size_t n) {
    const auto at = [&](std::size_t i) { return values_.begin() + static_cast<std::ptrdiff_t>(i); };
    if (n < size()) std::nth_element(at(sorted_), at(n), values_.end(), std::greater<>());
    std::sort(at(sorted_), at(n), std::greater<>());
    sorted_ = n;
  }

  std::vector<float> values_;
  std::size_t sorted_ = 0;
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
