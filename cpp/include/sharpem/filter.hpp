// The amplitude factor A(s) that sharpens or blurs a map: Terwilliger et al. (2018), Eq. 1-4, also
// in a form that is continuous in b_sharpen, and any other radial curve.
//
// Units: s = 1/d in 1/A, B in A^2, k in 1/A. Positive b_sharpen sharpens. The factor for amplitudes
// is exp(b_sharpen s^2 / 4) (4 for amplitudes, 2 for intensities). Every filter is radial, real and
// non-negative: it changes no phase. The anisotropic part is a tensor of its own (spectrum.hpp).
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace sharpem {

class Spectrum;

/// The paper's four parameters, and where the blur beyond d_cut begins. With `onset` = 0 it begins
/// at b_sharpen > 0, at once, as in the paper; otherwise it grows from nothing at b_sharpen =
/// -onset to the whole of b_blur at b_sharpen = 0, so that the filter has no jump.
struct SharpenBlur {
  double b_sharpen = 0;  // A^2, applied to d > d_cut
  double b_blur = 200;   // A^2, applied to d < d_cut
  double d_cut = 0;      // A, usually the resolution of the map
  double k = 10;         // 1/A, steepness of the transition
  double onset = 0;      // A^2
};

/// ln A(s), Eq. 1-4; finite for every finite input. At s = 0 it is 0.
double log_amplitude_factor(const SharpenBlur& filter, double s);

/// A(s); saturates at e^+-80 instead of overflowing float32.
double amplitude_factor(const SharpenBlur& filter, double s);

/// A radial factor tabulated evenly in s^2 and interpolated linearly: one fast form for the
/// four-parameter filter, shell tables and the transform of a sphere. Constant beyond its ends.
class RadialCurve {
 public:
  static constexpr std::size_t default_size = 16384;

  RadialCurve(const std::function<double(double)>& factor_of_s, double s_max,
              std::size_t size = default_size);
  RadialCurve(const SharpenBlur& filter, double s_max);
  /// For the terms of a spectrum: to its s_max().
  RadialCurve(const SharpenBlur& filter, const Spectrum& spectrum);

  /// Piecewise linear in s between the given points (ascending s), constant beyond them.
  RadialCurve(const std::vector<double>& s, const std::vector<double>& factor, double s_max);

  float operator()(double s_squared) const {
    const double at = s_squared * per_s_squared_;
    const double x = at < last_ ? at : last_;  // NaN: the end, too
    const auto i = static_cast<std::size_t>(x);
    const auto f = static_cast<float>(x - static_cast<double>(i));
    return table_[i] + f * (table_[i + 1] - table_[i]);
  }

  /// The points, the last one twice; how many of them to one 1/A^2.
  const std::vector<float>& table() const { return table_; }
  double per_s_squared() const { return per_s_squared_; }

 private:
  friend std::vector<RadialCurve> radial_curves(const SharpenBlur&, const std::vector<double>&,
                                                double);
  /// Of values at the points.
  RadialCurve(std::vector<float> values, double s_max);

  std::vector<float> table_;
  double per_s_squared_ = 0;
  double last_ = 0;
};

/// Curves of filters that differ in b_sharpen only, as of one each, with what they share computed
/// once.
std::vector<RadialCurve> radial_curves(const SharpenBlur& filter,
                                       const std::vector<double>& b_sharpen, double s_max);

/// Fourier transform of a sphere of `radius` (A), 1 at s = 0: the factor that turns a map into its
/// local mean. 3 (sin w - w cos w) / w^3 with w = 2 pi radius s.
double sphere_factor(double radius, double s);

}  // namespace sharpem
