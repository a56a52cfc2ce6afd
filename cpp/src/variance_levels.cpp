#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "check.hpp"
#include "float_keys.hpp"
#include "parallel.hpp"
#include "quick_exp.hpp"
#include "sharpem/molecule.hpp"

namespace sharpem {
namespace {

using Values = std::vector<double>;

constexpr double starts[] = {0.02, 0.1, 0.3, 0.6};  // guesses of the molecule's share
constexpr std::size_t sample_size = 400'000;        // voxels that are looked at
constexpr std::size_t quantile_count = 4000;        // of these, that stand for their distribution
constexpr double deep_inside = 0.8;                 // of the molecule's level
constexpr double nothing = 1e-5;  // of the largest value: has no logarithm worth its name

/// Every so many voxels, ascending. The step is odd: it does not fall into step with the rows.
Values sample_of(VolumeView map) {
  const std::size_t n = map.shape.voxels();
  const std::size_t step = std::max<std::size_t>(1, n / sample_size) | 1;
  std::vector<float> values;
  values.reserve(n / step + 1);
  for (std::size_t i = 0; i < n; i += step) values.push_back(map.data[i]);
  sort_ascending(values);
  return {values.begin(), values.end()};
}

Values ln_quantiles(const Values& ascending) {
  const double floor = std::max(nothing * ascending.back(), std::numeric_limits<double>::min());
  const std::size_t step = std::max<std::size_t>(1, ascending.size() / quantile_count);
  Values logarithms;
  logarithms.reserve(ascending.size() / step + 1);
  for (std::size_t i = 0; i < ascending.size(); i += step) {
    logarithms.push_back(std::log(std::max(ascending[i], floor)));
  }
  return logarithms;
}

/// A normal distribution, times its share of all values.
struct Class {
  double ln_height = 0, mean = 0, variance = 1;

  double ln_density(double x) const { return ln_height - 0.5 * (x - mean) * (x - mean) / variance; }
};

struct Classes {
  Class lower, upper;
};

Class normal(double share, double mean, double mean_square) {
  const double variance = mean_square + 1e-4;
  return {std::log(share) - 0.5 * std::log(variance), mean, variance};
}

/// The distributions fitted to x, of which the parts `upper` are in the upper class.
///
/// Sums are taken in the order of x, side by side, so that none waits for another.
Classes fitted(const Values& x, const Values& upper, double share) {
  double n_lower = 0, n_upper = 0, sum_lower = 0, sum_upper = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    n_upper += upper[i];
    sum_upper += upper[i] * x[i];
    n_lower += 1 - upper[i];
    sum_lower += (1 - upper[i]) * x[i];
  }
  const double lower_mean = sum_lower / n_lower, upper_mean = sum_upper / n_upper;
  double lower_squares = 0, upper_squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    upper_squares += upper[i] * (x[i] - upper_mean) * (x[i] - upper_mean);
    lower_squares += (1 - upper[i]) * (x[i] - lower_mean) * (x[i] - lower_mean);
  }
  return {normal(1 - share, lower_mean, lower_squares / n_lower),
          normal(share, upper_mean, upper_squares / n_upper)};
}

/// What part of each value is in the upper class, 1 / (1 + e^(ln lower - ln upper)).
void expect(const Values& x, const Classes& classes, Values& parts) {
  constexpr double most = 700;  // e to that is a number yet
  const Class lower = classes.lower, upper = classes.upper;
  const double* value = x.data();
  double* part = parts.data();
  for (std::size_t i = 0, n = x.size(); i < n; ++i) {
    const double log = lower.ln_density(value[i]) - upper.ln_density(value[i]);
    const double e = quick_exp(-std::min(std::abs(log), most));  // never too large for a number
    part[i] = (log > 0 ? e : 1) / (1 + e);
  }
}

/// Mean ln density of the values, their densities being the sums of both classes.
double mean_ln_likelihood(const Values& x, const Classes& classes) {
  double sum = 0;
  for (const double value : x) {
    const double lower = classes.lower.ln_density(value), upper = classes.upper.ln_density(value);
    sum += std::max(lower, upper) + std::log1p(std::exp(-std::abs(lower - upper)));
  }
  return sum / static_cast<double>(x.size());
}

struct Split {
  double ln_likelihood = -std::numeric_limits<double>::infinity();
  double lower_mean = 0;
};

/// Expectation maximisation (Dempster et al. 1977), from the largest values being the upper class.
Split two_classes(const Values& x, double upper_share) {
  const auto n = static_cast<double>(x.size());
  Values upper(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    upper[i] = static_cast<double>(i) >= (1 - upper_share) * n ? 1 : 0;
  }
  const auto share_of = [&] { return std::accumulate(upper.begin(), upper.end(), 0.0) / n; };
  std::optional<Classes> classes;
  double share = share_of();
  for (int round = 0; round < 200 && 1e-4 < share && share < 1 - 1e-4; ++round) {
    classes = fitted(x, upper, share);
    expect(x, *classes, upper);
    const double before = std::exchange(share, share_of());
    if (std::abs(share - before) < 1e-6) break;
  }
  if (!classes) return {-std::numeric_limits<double>::infinity(), x[x.size() / 4]};
  return {mean_ln_likelihood(x, *classes), classes->lower.mean};
}

double solvent_level(const Values& ln_values) {
  Split best;
  best.lower_mean = -std::numeric_limits<double>::infinity();
  for (const double start : starts) {
    const Split split = two_classes(ln_values, start);
    if (std::pair(split.ln_likelihood, split.lower_mean) >
        std::pair(best.ln_likelihood, best.lower_mean)) {
      best = split;
    }
  }
  return std::exp(best.lower_mean);
}

/// Mean over the values within 80 % of it, above the solvent: the plateau deep inside.
double molecule_level(const Values& ascending, double solvent) {
  Values sums{0};
  sums.reserve(ascending.size() + 1);
  for (auto value = ascending.rbegin(); value != ascending.rend(); ++value) {
    sums.push_back(sums.back() + *value);
  }
  double level = ascending.back();
  for (int round = 0; round < 100; ++round) {
    const double least = solvent + deep_inside * (level - solvent);
    const auto first = std::lower_bound(ascending.begin(), ascending.end(), least);
    const auto count = static_cast<std::size_t>(ascending.end() - first);
    const double mean = sums[count] / static_cast<double>(std::max<std::size_t>(count, 1));
    if (std::abs(mean - level) < 1e-6 * level) break;
    level = mean;
  }
  return std::max({level, solvent * (1 + 1e-6), 1e-30});
}

double mean_of(VolumeView map) {
  Values sums(map.shape.nz);
  parallel_for(map.shape.nz, [&](std::size_t z) {
    const float* plane = map.data + z * map.shape.plane();
    for (std::size_t i = 0; i < map.shape.plane(); ++i) sums[z] += static_cast<double>(plane[i]);
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum / static_cast<double>(map.shape.voxels());
}

}  // namespace

VarianceLevels variance_levels(VolumeView local_variance) {
  if (local_variance.data == nullptr || local_variance.shape.voxels() == 0) {
    refuse("levels of a local variance: expected a map");
  }
  const Values values = sample_of(local_variance);
  VarianceLevels levels;
  levels.solvent = solvent_level(ln_quantiles(values));
  levels.molecule = molecule_level(values, levels.solvent);
  const double excess = mean_of(local_variance) - levels.solvent;
  levels.fraction = std::clamp(excess / (levels.molecule - levels.solvent), 1e-6, 1.0);
  return levels;
}

}  // namespace sharpem
