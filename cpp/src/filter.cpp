#include "sharpem/filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"
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

/// ln A(s); transition() is asked for only where there are two parts.
template <class AskTransition>
double log_factor(const SharpenBlur& filter, double s, const AskTransition& transition) {
  if (s == 0) return 0;
  const double sharpen = bounded(0.25 * filter.b_sharpen * s * s);  // Eq. 1
  const double part = blurred_part(filter);
  if (part == 0) return sharpen;
  const double whole = bounded(-0.25 * filter.b_blur * s * s);  // Eq. 2
  const double blur = part < 1 ? (1 - part) * sharpen + part * whole : whole;
  const Transition ln = transition();
  return log_sum_exp(sharpen - ln.sharpen, blur - ln.blur);  // Eq. 3
}

double factor_of_log(double x) { return std::exp(std::clamp(x, -80.0, 80.0)); }

float saturated(double x) {
  constexpr double largest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(x, -largest, largest));
}

}  // namespace

double log_amplitude_factor(const SharpenBlur& filter, double s) {
  return log_factor(filter, s, [&] { return transition_at(filter, s); });
}

double amplitude_factor(const SharpenBlur& filter, double s) {
  return factor_of_log(log_amplitude_factor(filter, s));
}

std::vector<RadialCurve> radial_curves(SharpenBlur filter, const std::vector<double>& b_sharpen,
                                       double s_max) {
  std::vector<RadialCurve> curves;
  std::vector<Transition> transitions;
  const RadialCurve points(
      [&](double s) { return transitions.push_back(transition_at(filter, s)), s; }, s_max);
  for (const double b : b_sharpen) {
    filter.b_sharpen = b;
    std::size_t i = 0;  // points are asked for in order
    curves.emplace_back(
        [&](double s) {
          const Transition& at = transitions[i++];
          return factor_of_log(log_factor(filter, s, [&] { return at; }));
        },
        s_max);
  }
  return curves;
}

RadialCurve::RadialCurve(const std::function<double(double)>& factor_of_s, double s_max,
                         std::size_t size)
    : table_(size + 1) {
  if (!(s_max > 0) || !std::isfinite(s_max) || size < 2) {
    refuse("radial curve of ", size, " points to s = ", s_max,
           " 1/A: expected at least 2 points and a finite s > 0");
  }
  last_ = static_cast<double>(size - 1);
  per_s_squared_ = last_ / (s_max * s_max);
  for (std::size_t i = 0; i < size; ++i) {
    const double s = std::sqrt(static_cast<double>(i) / last_) * s_max;
    const double factor = factor_of_s(s);
    if (std::isnan(factor)) refuse("radial curve: the factor at s = ", s, " 1/A is not a number");
    table_[i] = saturated(factor);
  }
  table_[size] = table_[size - 1];
}

RadialCurve::RadialCurve(const SharpenBlur& filter, double s_max)
    : RadialCurve([&filter](double s) { return amplitude_factor(filter, s); }, s_max) {}

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
