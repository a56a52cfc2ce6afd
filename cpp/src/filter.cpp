#include "sharpem/filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "check.hpp"
#include "quick_exp.hpp"
#include "sharpem/spectrum.hpp"

namespace sharpem {
namespace {

constexpr double pi = 3.14159265358979323846;

/// Far beyond anything that matters, and far from overflow in sums and differences.
double bounded(double x) { return std::clamp(x, -1e30, 1e30); }

/// ln(1 + e^t)
double softplus(double t) { return std::max(t, 0.0) + std::log1p(std::exp(-std::abs(t))); }

double log_sum_exp(double a, double b) {
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

/// A function that is linear between points and constant beyond them; asked in ascending order.
class Interpolation {
 public:
  Interpolation(const std::vector<double>& x, const std::vector<double>& y) : x_(x), y_(y) {}

  double operator()(double x) {
    while (next_ < x_.size() && x_[next_] < x) ++next_;
    if (next_ == 0) return y_.front();
    if (next_ == x_.size()) return y_.back();
    const double f = (x - x_[next_ - 1]) / (x_[next_] - x_[next_ - 1]);
    return y_[next_ - 1] + f * (y_[next_] - y_[next_ - 1]);
  }

 private:
  const std::vector<double>&x_, &y_;
  std::size_t next_ = 0;
};

void check_table(const std::vector<double>& s, const std::vector<double>& factor) {
  if (s.empty() || s.size() != factor.size()) {
    refuse("table of ", s.size(), " s and ", factor.size(),
           " values: expected the same number, at least 1");
  }
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!std::isfinite(s[i]) || (i > 0 && s[i] <= s[i - 1])) {
      refuse("table with s[", i, "] = ", s[i], ": expected finite values in ascending order");
    }
  }
}

std::function<double(double)> interpolated(const std::vector<double>& s,
                                           const std::vector<double>& factor) {
  check_table(s, factor);
  return Interpolation(s, factor);
}

/// How much of the blur beyond d_cut is applied, 0 to 1.
double blurred_part(const SharpenBlur& filter) {
  if (filter.b_sharpen > 0) return 1;
  return filter.onset > 0 ? std::max(0.0, 1 + filter.b_sharpen / filter.onset) : 0;
}

/// Logarithms of the weights of sharpening and of blurring, with the sign changed.
struct Transition {
  double sharpen = 0, blur = 0;
};

/// Eq. 4a: w = 1 / (1 + e^t)
Transition transition_at(const SharpenBlur& filter, double s) {
  const double t = bounded(filter.k * bounded(filter.d_cut - 1 / s));
  return {softplus(t), softplus(-t)};
}

/// ln A(s)
double log_factor(const SharpenBlur& filter, double s) {
  if (s == 0) return 0;
  const double sharpen = bounded(0.25 * filter.b_sharpen * s * s);  // Eq. 1
  const double part = blurred_part(filter);
  if (part == 0) return sharpen;
  const double whole = bounded(-0.25 * filter.b_blur * s * s);  // Eq. 2
  const double blur = part < 1 ? (1 - part) * sharpen + part * whole : whole;
  const Transition ln = transition_at(filter, s);
  return log_sum_exp(sharpen - ln.sharpen, blur - ln.blur);  // Eq. 3
}

double factor_of_log(double x) { return std::exp(std::clamp(x, -80.0, 80.0)); }

float stored(double factor, double s) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (std::isnan(factor)) refuse("radial curve: the factor at s = ", s, " 1/A is not a number");
  return static_cast<float>(std::clamp(factor, -largest, largest));
}

/// Where a table has its points: even in s^2.
std::vector<double> points_to(double s_max, std::size_t size) {
  if (!(s_max > 0) || !std::isfinite(s_max) || size < 2) {
    refuse("radial curve of ", size, " points to s = ", s_max,
           " 1/A: expected at least 2 points and a finite s > 0");
  }
  const auto last = static_cast<double>(size - 1);
  std::vector<double> s(size);
  for (std::size_t i = 0; i < size; ++i) s[i] = std::sqrt(static_cast<double>(i) / last) * s_max;
  return s;
}

std::vector<float> tabulated(const std::function<double(double)>& factor_of_s,
                             const std::vector<double>& points) {
  std::vector<float> values;
  values.reserve(points.size() + 1);
  for (const double s : points) values.push_back(stored(factor_of_s(s), s));
  return values;
}

/// Tables of filters that differ in b_sharpen only: the values of amplitude_factor(), to the bit.
///
/// Eq. 3 is summed by factors that the tables have in common and one or two quick exponentials. The
/// sum is off by less than `error` of it, which decides the float nearest to the factor but for one
/// point in some thousands; there, and for factors that saturate, amplitude_factor() is asked.
class QuickFactors {
 public:
  QuickFactors(const SharpenBlur& filter, std::vector<double> points)
      : filter_(filter), points_(std::move(points)) {
    const std::size_t n = points_.size();
    quarter_.resize(n), sharpen_.resize(n), weight_.resize(n), blur_.resize(n), sum_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      quarter_[i] = 0.25 * points_[i] * points_[i];
      const double t = filter.k * (filter.d_cut - 1 / points_[i]);
      const double e = quick_exp(-std::min(std::abs(t), 700.0));
      sharpen_[i] = (t > 0 ? e : 1) / (1 + e);  // Eq. 4a
      weight_[i] = (t > 0 ? 1 : e) / (1 + e);
    }
  }

  std::vector<float> table(double b_sharpen) {
    filter_.b_sharpen = b_sharpen;
    if (!is_quick(b_sharpen) || !is_quick(filter_.b_blur)) {
      return tabulated([this](double s) { return amplitude_factor(filter_, s); }, points_);
    }
    add_up();
    std::vector<float> values;
    values.reserve(points_.size() + 1);
    for (std::size_t i = 0; i < points_.size(); ++i) values.push_back(rounded(i));
    return values;
  }

 private:
  static constexpr double error = 1e-11;

  /// Whether no exponent is so large that the weight e^-700 would matter.
  bool is_quick(double b) const { return std::abs(b) * quarter_.back() <= 300; }

  void add_up() {
    const std::size_t n = points_.size();
    const double b = filter_.b_sharpen, part = blurred_part(filter_);
    if (part == 0) {
      for (std::size_t i = 0; i < n; ++i) sum_[i] = quick_exp(b * quarter_[i]);
      return;
    }
    const double b_beyond = (1 - part) * b - part * filter_.b_blur;
    if (b_beyond != b_beyond_) {
      b_beyond_ = b_beyond;
      for (std::size_t i = 0; i < n; ++i) blur_[i] = weight_[i] * quick_exp(b_beyond * quarter_[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      sum_[i] = sharpen_[i] * quick_exp(b * quarter_[i]) + blur_[i];
    }
  }

  float rounded(std::size_t i) const {
    constexpr double least = 1e-34, most = 1e34;  // within e^+-80
    const double sum = sum_[i];
    const auto low = static_cast<float>(sum * (1 - error));
    const bool decided = low == static_cast<float>(sum * (1 + error));
    if (decided && sum > least && sum < most) return low;
    return stored(amplitude_factor(filter_, points_[i]), points_[i]);
  }

  SharpenBlur filter_;
  std::vector<double> points_, quarter_;  // s, s^2 / 4
  std::vector<double> sharpen_, weight_;  // weights of sharpening and of blurring
  std::vector<double> blur_, sum_;        // the part beyond d_cut for b_beyond_; Eq. 3
  double b_beyond_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace

double log_amplitude_factor(const SharpenBlur& filter, double s) { return log_factor(filter, s); }

double amplitude_factor(const SharpenBlur& filter, double s) {
  return factor_of_log(log_amplitude_factor(filter, s));
}

std::vector<RadialCurve> radial_curves(const SharpenBlur& filter,
                                       const std::vector<double>& b_sharpen, double s_max) {
  std::vector<RadialCurve> curves;
  if (b_sharpen.empty()) return curves;
  QuickFactors quick(filter, points_to(s_max, RadialCurve::default_size));
  for (const double b : b_sharpen) curves.push_back(RadialCurve(quick.table(b), s_max));
  return curves;
}

RadialCurve::RadialCurve(std::vector<float> values, double s_max)
    : table_(std::move(values)), last_(static_cast<double>(table_.size() - 1)) {
  per_s_squared_ = last_ / (s_max * s_max);
  table_.push_back(table_.back());
}

RadialCurve::RadialCurve(const std::function<double(double)>& factor_of_s, double s_max,
                         std::size_t size)
    : RadialCurve(tabulated(factor_of_s, points_to(s_max, size)), s_max) {}

RadialCurve::RadialCurve(const SharpenBlur& filter, double s_max)
    : RadialCurve(radial_curves(filter, {filter.b_sharpen}, s_max).front()) {}

RadialCurve::RadialCurve(const SharpenBlur& filter, const Spectrum& spectrum)
    : RadialCurve(filter, spectrum.s_max()) {}

RadialCurve::RadialCurve(const std::vector<double>& s, const std::vector<double>& factor,
                         double s_max)
    : RadialCurve(interpolated(s, factor), s_max) {}

double sphere_factor(double radius, double s) {
  const double w = 2 * pi * radius * s;
  const double w2 = w * w;
  if (std::abs(w) < 0.1) return 1 - w2 / 10 * (1 - w2 / 28);  // the closed form cancels here
  return 3 * (std::sin(w) - w * std::cos(w)) / (w2 * w);
}

}  // namespace sharpem
