#include "sharpem/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "check.hpp"
#include "kernels/kernels.hpp"
#include "moments.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

/// A number near the mean: sums of powers about it lose no digits.
float centre_of(VolumeView map) {
  constexpr std::size_t samples = 1000;
  const std::size_t n = map.shape.voxels(), step = std::max<std::size_t>(1, n / samples);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < n; i += step, ++count) sum += static_cast<double>(map.data[i]);
  const auto mean = static_cast<float>(sum / count);
  return std::isfinite(mean) ? mean : 0;
}

/// How many voxels have an extreme value, of those read so far.
struct Extreme {
  float value = 0;
  std::size_t count = 0;

  /// Takes in another part of the map, whose value may lie further out.
  void add(const Extreme& part, bool further) {
    if (further) *this = {part.value, 0};
    if (part.value == value) count += part.count;
  }
};

struct Part {
  Moments moments;
  Extreme low{std::numeric_limits<float>::infinity(), 0};
  Extreme high{-std::numeric_limits<float>::infinity(), 0};
  std::size_t zeros = 0, corners = 0, nonfinite = 0;

  void add(const Part& part) {
    moments.add(part.moments);
    low.add(part.low, part.low.value < low.value);
    high.add(part.high, part.high.value > high.value);
    zeros += part.zeros;
    corners += part.corners;
    nonfinite += part.nonfinite;
  }
};

Part part_of(const float* values, std::size_t n, float centre, float corner) {
  const voxels::Kernels& loops = *kernels().voxels;
  Part part;
  double sums[4];
  loops.power_sums(values, n, centre, sums);
  part.moments = {static_cast<double>(n), sums[0], sums[1], sums[2], sums[3]};
  if (!part.moments.finite()) {
    const auto finite = std::count_if(values, values + n, [](float v) { return std::isfinite(v); });
    part.nonfinite = n - static_cast<std::size_t>(finite);
  }
  loops.extremes(values, n, part.low.value, part.high.value);
  part.low.count = loops.count_equal(values, n, part.low.value);
  part.high.count = loops.count_equal(values, n, part.high.value);
  part.zeros = loops.count_equal(values, n, 0);
  part.corners = corner == 0 ? part.zeros : loops.count_equal(values, n, corner);
  return part;
}

/// `range` is that of the values: what scatters by next to nothing of it is a single value.
Scatter scatter_of(const Moments& m, double range) {
  if (!(m.n > 0)) return {};
  const double d = m.s1 / m.n, variance = m.s2 / m.n - d * d;
  if (!(variance > 1e-15 * range * range)) return {};
  const double third = m.s3 / m.n - d * (3 * m.s2 / m.n - 2 * d * d);
  return {std::sqrt(variance), third / (variance * std::sqrt(variance))};
}

Moments without(const Moments& all, std::size_t count, double distance) {
  const auto n = static_cast<double>(count);
  const double square = distance * distance;
  return {all.n - n, all.s1 - n * distance, all.s2 - n * square, all.s3 - n * square * distance,
          all.s4 - n * square * square};
}

}  // namespace

Statistics statistics_of(VolumeView map) {
  const Shape shape = map.shape;
  if (map.data == nullptr || shape.voxels() == 0) refuse("statistics: expected a map");
  const float centre = centre_of(map), corner = map.data[0];
  std::vector<Part> parts(shape.nz);
  parallel_for(shape.nz, [&](std::size_t z) {
    parts[z] = part_of(map.data + z * shape.plane(), shape.plane(), centre, corner);
  });
  Part sum;
  for (const Part& part : parts) sum.add(part);
  Statistics out;
  out.minimum = static_cast<double>(sum.low.value);
  out.maximum = static_cast<double>(sum.high.value);
  out.at_minimum = sum.low.count;
  out.at_maximum = sum.high.count;
  out.nonfinite = sum.nonfinite;
  out.mean = static_cast<double>(centre) + sum.moments.s1 / sum.moments.n;
  out.all = scatter_of(sum.moments, out.maximum - out.minimum);
  const std::array<Extreme, 3> flat{{{0, sum.zeros}, {corner, sum.corners}, sum.low}};
  const Extreme& most = *std::max_element(flat.begin(), flat.end(),
                                          [](auto& a, auto& b) { return a.count < b.count; });
  out.flat_value = static_cast<double>(most.value);
  out.flat = most.count;
  const double distance = out.flat_value - static_cast<double>(centre);
  out.filled = scatter_of(without(sum.moments, most.count, distance), out.maximum - out.minimum);
  return out;
}

}  // namespace sharpem
