#include "sharpem/choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "check.hpp"

namespace sharpem {
namespace {

constexpr double same = 1e-6;             // A^2; overall B's closer than this are one
constexpr double finest_step = 5;         // A^2
constexpr double reach_steps = 1.5;       // of the grid, about the best trial
constexpr double fewest_regions = 0.001;  // of the voxels inside: differences below it are none
constexpr double margin = 0.1;            // of the window
constexpr double least_weight = 1e-10;

/// first, first + step, ... below `end`.
std::vector<double> range(double first, double end, double step) {
  const double apart = (first + step) - first;
  const auto n = static_cast<std::size_t>(std::max(0.0, std::ceil((end - first) / step)));
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = first + static_cast<double>(i) * apart;
  return values;
}

bool holds(const std::vector<double>& values, double b) {
  return std::any_of(values.begin(), values.end(),
                     [b](double value) { return std::abs(value - b) <= same; });
}

void check(const std::vector<double>& b, std::size_t scores) {
  if (b.empty() || b.size() != scores) {
    refuse(b.size(), " overall B's and ", scores, " trials: expected as many, at least 1");
  }
}

/// Linear between trials, constant beyond them.
double interpolated(const std::vector<double>& b, const std::vector<double>& value, double at) {
  const auto next = static_cast<std::size_t>(std::upper_bound(b.begin(), b.end(), at) - b.begin());
  if (next == 0) return value.front();
  if (next == b.size()) return value.back();
  const double slope = (value[next] - value[next - 1]) / (b[next] - b[next - 1]);
  return value[next - 1] + slope * (at - b[next - 1]);
}

struct Counts {
  double surface_area = 0, regions = 0;
};

Counts counts_of(const Detail& trial) {
  return {static_cast<double>(trial.surface_area), static_cast<double>(trial.regions)};
}

Counts counts_at(const std::vector<double>& b, const std::vector<Detail>& trials, double at) {
  std::vector<double> surface_area, regions;
  for (const Detail& trial : trials) {
    surface_area.push_back(counts_of(trial).surface_area);
    regions.push_back(counts_of(trial).regions);
  }
  return {interpolated(b, surface_area, at), interpolated(b, regions, at)};
}

/// The weight with which two trials score the same, the first of them more sharpened.
double weight_between(const Counts& one, const Counts& two, double least_regions) {
  const double regions = std::max(least_regions, one.regions - two.regions);
  return std::max(least_weight, (one.surface_area - two.surface_area) / regions);
}

/// Rms over interior values of value - mean of both neighbours (section 2.5).
double local_scatter(const std::vector<double>& y) {
  if (y.size() < 3) return 0;
  double sum = 0;
  for (std::size_t i = 1; i + 1 < y.size(); ++i) {
    const double change = y[i] - 0.5 * (y[i - 1] + y[i + 1]);
    sum += change * change;
  }
  return std::sqrt(sum / static_cast<double>(y.size() - 2));
}

/// Without the values before the first, and after the last, that are not below the higher end; all,
/// if that leaves fewer than five.
std::vector<double> without_cliffs(const std::vector<double>& y) {
  const double ends = std::max(y.front(), y.back());
  const auto high = [ends](double value) { return value >= ends; };
  const auto first = std::find_if(y.begin(), y.end(), high);
  const auto last = std::find_if(y.rbegin(), y.rend(), high).base();
  return last - first < 5 ? y : std::vector<double>(first, last);
}

std::vector<double> on_grid(const std::vector<double>& b, const std::vector<double>& score,
                            const SearchGrid& grid) {
  const std::vector<double> values = grid.values();
  std::vector<double> found;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (holds(values, b[i])) found.push_back(score[i]);
  }
  return found;
}

double determinant(const std::array<double, 3>& a, const std::array<double, 3>& b,
                   const std::array<double, 3>& c) {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) +
         a[2] * (b[0] * c[1] - b[1] * c[0]);
}

}  // namespace

std::vector<double> SearchGrid::values() const {
  return range(b_min, b_max + 1e-6 * b_step, b_step);
}

std::vector<double> SearchGrid::finer_values(double best) const {
  const double reach = reach_steps * b_step;
  const std::vector<double> coarse = values();
  std::vector<double> fine =
      range(best - reach, best + reach + 0.1, std::min(finest_step, b_step / 4));
  const auto unwanted = [&](double b) { return b <= b_min || b >= b_max || holds(coarse, b); };
  fine.erase(std::remove_if(fine.begin(), fine.end(), unwanted), fine.end());
  return fine;
}

double weight_by_ends(const std::vector<Detail>& trials) {
  if (trials.empty()) refuse("no trials, expected at least 1");
  const Counts first = counts_of(trials.front()), last = counts_of(trials.back());
  if (first.regions == last.regions) return std::numeric_limits<double>::quiet_NaN();
  return (first.surface_area - last.surface_area) / (first.regions - last.regions);
}

double weight_in_window(const std::vector<double>& b, const std::vector<Detail>& trials,
                        double mid_b) {
  check(b, trials.size());
  const double by_ends = weight_by_ends(trials);
  if (!(by_ends > 0)) return by_ends;
  const Counts middle = counts_at(b, trials, mid_b);
  const double few = fewest_regions * static_cast<double>(trials.front().voxels_inside);
  const double least = weight_between(counts_of(trials.front()), middle, few);
  const double most = weight_between(middle, counts_of(trials.back()), few);
  if (least >= most) return by_ends;
  const double room = margin * (most - least);
  return std::clamp(by_ends, least + room, most - room);
}

std::vector<double> adjusted_surface_area(const std::vector<Detail>& trials, double weight) {
  const double c = std::isfinite(weight) ? weight : 0;
  std::vector<double> adjusted;
  for (const Detail& trial : trials) {
    const Counts counts = counts_of(trial);
    adjusted.push_back(counts.surface_area - c * counts.regions);
  }
  return adjusted;
}

Peak find_peak(const std::vector<double>& b, const std::vector<double>& score,
               const SearchGrid& grid, Reading reading) {
  check(b, score.size());
  const auto best =
      static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  const bool published = reading == Reading::published;
  const std::vector<double> coarse = on_grid(b, score, grid);
  const double signal = score[best] - std::max(score.front(), score.back());
  Peak peak;
  peak.noise = local_scatter(published || coarse.empty() ? coarse : without_cliffs(coarse));
  const double without_noise = signal > 0 ? std::numeric_limits<double>::infinity() : 0;
  peak.signal_to_noise = peak.noise > 0 ? signal / peak.noise : without_noise;
  peak.at_end = best == 0 || best + 1 == score.size();
  peak.b_iso = published ? b[best] : parabola_top(b, score, best, reach_steps * grid.b_step);
  peak.low = peak.high = peak.b_iso;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (!(score[i] >= score[best] - peak.noise)) continue;
    peak.low = std::min(peak.low, b[i]);
    peak.high = std::max(peak.high, b[i]);
  }
  return peak;
}

double parabola_top(const std::vector<double>& b, const std::vector<double>& score,
                    std::size_t best, double reach) {
  check(b, score.size());
  if (best >= b.size()) refuse("trial ", best, " of ", b.size(), ": expected one of them");
  // Least squares of score = c0 + c1 x + c2 x^2, x = (b - b[best]) / reach; by Cramer's rule.
  std::array<double, 5> x_sum{};
  std::array<double, 3> y_sum{};
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double x = (b[i] - b[best]) / reach, y = score[i] - score[best];
    if (!(std::abs(x) <= 1 + same)) continue;
    double power = 1;
    for (std::size_t n = 0; n < x_sum.size(); ++n, power *= x) {
      x_sum[n] += power;
      if (n < y_sum.size()) y_sum[n] += power * y;
    }
  }
  const std::array<double, 3> zero{x_sum[0], x_sum[1], x_sum[2]}, one{x_sum[1], x_sum[2], x_sum[3]},
      two{x_sum[2], x_sum[3], x_sum[4]};
  const double slope = determinant(zero, y_sum, two), curvature = determinant(zero, one, y_sum);
  if (x_sum[0] < 4 || !(curvature * determinant(zero, one, two) < 0)) return b[best];
  return b[best] + reach * std::clamp(-0.5 * slope / curvature, -1.0, 1.0);
}

Applicability applicability(const std::vector<double>& b, const std::vector<double>& score,
                            const Peak& peak, double mid_b, double least_signal_to_noise) {
  check(b, score.size());
  const double ends = std::max(score.front(), score.back());
  const bool in_range = b.front() < mid_b && mid_b < b.back();
  return {!in_range || interpolated(b, score, mid_b) >= ends, !peak.at_end,
          !(peak.signal_to_noise < least_signal_to_noise)};
}

}  // namespace sharpem
