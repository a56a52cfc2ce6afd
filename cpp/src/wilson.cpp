#include "sharpem/wilson.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "check.hpp"
#include "likelihood.hpp"
#include "rows.hpp"
#include "sharpem/filter.hpp"

namespace sharpem {
namespace {

constexpr double largest_sample = 1.5e6;  // terms of an anisotropic fit
constexpr std::size_t largest_pieces = 32;
constexpr std::size_t bins = 2048;  // in s^2, of an isotropic fit

/// The range of s^2 that takes part, F(000) never among it.
struct Range {
  Range(const Spectrum& spectrum, const WilsonOptions& options) {
    if (!(options.d_max > 0) || !(options.d_min >= 0) || options.d_min >= options.d_max) {
      refuse("Wilson fit from ", options.d_max, " to ", options.d_min,
             " A: expected d_max > d_min >= 0");
    }
    low = (1 - 1e-9) / (options.d_max * options.d_max);
    high = largest_s_squared(spectrum) * (1 + 1e-9);
    if (options.d_min > 0) high = std::min(high, (1 + 1e-9) / (options.d_min * options.d_min));
    high = std::max(high, low * (1 + 1e-6));
  }
  bool contains(double s_squared) const { return s_squared >= low && s_squared <= high; }

  double low = 0, high = 0;
};

/// Every other stored term on the plane h = 0 is the mate of another, so it is half an observation.
double independent(const Spectrum& spectrum, int h) { return spectrum.multiplicity(h) / 2; }

double intensity(const Spectrum& spectrum, const Row& row, int h) {
  return std::norm(std::complex<double>(spectrum.row(row.k(), row.l())[h]));
}

/// Sums over the terms of a narrow shell.
struct Bin {
  double terms = 0, weight = 0, s_squared = 0, intensity = 0;

  void add(const Bin& other) {
    terms += other.terms;
    weight += other.weight;
    s_squared += other.s_squared;
    intensity += other.intensity;
  }
};

std::vector<Bin> bin_terms(const Spectrum& spectrum, const Range& range) {
  const double per_bin = static_cast<double>(bins) / (range.high - range.low);
  const std::size_t n = layers(spectrum), pieces = std::min(n, largest_pieces);
  std::vector<std::vector<Bin>> of_piece(pieces, std::vector<Bin>(bins));
  parallel_for(pieces, [&](std::size_t piece) {
    std::vector<Bin>& mine = of_piece[piece];
    const auto add_row = [&](const Row& row) {
      for (int h = row.begin(); h < row.end(); ++h) {
        const double s_squared = row.s_squared(h);
        if (!range.contains(s_squared)) continue;
        const double power = intensity(spectrum, row, h);
        if (power == 0) continue;  // absent: gaps.hpp
        const double weight = independent(spectrum, h);
        const auto bin = static_cast<std::size_t>((s_squared - range.low) * per_bin);
        mine[std::min(bin, bins - 1)].add({1, weight, weight * s_squared, weight * power});
      }
    };
    for (std::size_t i = n * piece / pieces; i < n * (piece + 1) / pieces; ++i) {
      for_rows_of_layer(spectrum, i, add_row);
    }
  });
  for (std::size_t piece = 1; piece < pieces; ++piece) {
    for (std::size_t i = 0; i < bins; ++i) of_piece[0][i].add(of_piece[piece][i]);
  }
  return of_piece[0];
}

/// What the model knows at a given s, in units of the mean intensity.
class Model {
 public:
  Model(const Profile& ln_reference, const std::optional<Profile>& noise, double s_max, double unit)
      : ln_reference_(ln_reference.s, ln_reference.value, s_max),
        noise_(noise_curve(noise, s_max, unit)),
        unit_(unit) {}

  Observation observation(const std::array<double, 3>& s, double weight, double intensity) const {
    const double s_squared = squared_length(s);
    return {{static_cast<float>(s[0]), static_cast<float>(s[1]), static_cast<float>(s[2])},
            static_cast<float>(weight),
            static_cast<float>(intensity / unit_),
            ln_reference_(s_squared),
            noise_(s_squared)};
  }

 private:
  static RadialCurve noise_curve(const std::optional<Profile>& noise, double s_max, double unit) {
    if (!noise) return {[](double) { return 0.0; }, s_max};
    std::vector<double> scaled;
    for (const double value : noise->value) {
      if (!(value >= 0)) refuse("Wilson fit: noise ", value, ": expected values >= 0");
      scaled.push_back(value / unit);
    }
    return {noise->s, scaled, s_max};
  }

  RadialCurve ln_reference_, noise_;
  double unit_;
};

std::vector<Observation> observations_of(const std::vector<Bin>& shells, const Model& model) {
  std::vector<Observation> answer;
  for (const Bin& bin : shells) {
    if (bin.weight == 0) continue;
    const double s = std::sqrt(bin.s_squared / bin.weight);
    answer.push_back(model.observation({s, 0, 0}, bin.weight, bin.intensity / bin.weight));
  }
  return answer;
}

/// Slope and intercept of ln(I - noise) - ln reference against -s^2/2 over a few wide shells.
std::array<double, 2> straight_line(const std::vector<Observation>& shells) {
  constexpr std::size_t groups = 16;
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    double weight = 0, middle = 0, observed = 0, noise = 0, reference = 0;
    for (std::size_t i = shells.size() * g / groups; i < shells.size() * (g + 1) / groups; ++i) {
      const Observation& o = shells[i];
      weight += o.weight;
      middle += o.weight * regressors<2>(o)[1];
      observed += o.weight * o.intensity;
      noise += o.weight * o.noise;
      reference += o.weight * o.ln_reference;
    }
    if (weight == 0 || !(observed - noise > 0.05 * observed)) continue;
    const double u = middle / weight;
    const double v = std::log((observed - noise) / weight) - reference / weight;
    n += weight, x += weight * u, y += weight * v, xx += weight * u * u, xy += weight * u * v;
  }
  const double determinant = n * xx - x * x;
  if (!(determinant > 1e-9 * n * xx)) return {n > 0 ? y / n : 0, 0};
  return {(xx * y - x * xy) / determinant, (n * xy - x * y) / determinant};
}

/// A number from 0 to 1 for each row, without pattern, so that a sample of rows follows no lattice.
double lot(int k, int l) {
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio
  std::uint64_t x = static_cast<std::uint32_t>(k) * golden + static_cast<std::uint32_t>(l);
  for (int round = 0; round < 2; ++round) x = (x ^ (x >> 32)) * golden;
  return std::ldexp(static_cast<double>(x >> 11), -53);
}

/// Terms one by one: those of a `part` (0 to 1) of the rows.
Observations sample(const Spectrum& spectrum, const Range& range, const Model& model, double part) {
  Observations answer(layers(spectrum));
  parallel_for(answer.size(), [&](std::size_t i) {
    for_rows_of_layer(spectrum, i, [&](const Row& row) {
      if (lot(row.k(), row.l()) > part) return;
      for (int h = row.begin(); h < row.end(); ++h) {
        const double power = intensity(spectrum, row, h);
        if (power == 0 || !range.contains(row.s_squared(h))) continue;
        answer[i].push_back(model.observation(spectrum.reciprocal().s(h, row.k(), row.l()),
                                              independent(spectrum, h), power));
      }
    });
  });
  return answer;
}

template <std::size_t N>
WilsonFit summary(const Fit<N>& fit, double unit, double terms) {
  WilsonFit answer;
  const auto& p = fit.parameters;
  for (std::size_t i = 0; i < 3; ++i) answer.b[i] = p[std::min(i + 1, N - 1)];
  for (std::size_t i = 3; i < 6 && N == 7; ++i) answer.b[i] = p[i + 1];
  answer.b_iso = (answer.b[0] + answer.b[1] + answer.b[2]) / 3;
  answer.ln_scale = p[0] + std::log(unit);
  answer.b_iso_error = error_of_b_iso(fit.at);
  answer.terms = terms;
  answer.iterations = fit.iterations;
  answer.converged = fit.converged;
  return answer;
}

WilsonFit fit_six(const Spectrum& spectrum, const Range& range, const Model& model,
                  const Fit<2>& start, double unit, double terms) {
  const double b = start.parameters[1];
  const Observations chosen = sample(spectrum, range, model, largest_sample / terms);
  double used = 0;
  for (const auto& piece : chosen) used += static_cast<double>(piece.size());
  return summary(maximise<7>(chosen, {start.parameters[0], b, b, b, 0, 0, 0}), unit, used);
}

}  // namespace

WilsonFit fit_wilson(const Spectrum& spectrum, const Profile& ln_reference,
                     const WilsonOptions& options) {
  const Range range(spectrum, options);
  const std::vector<Bin> shells = bin_terms(spectrum, range);
  Bin all;
  for (const Bin& bin : shells) all.add(bin);
  const int parameters = options.anisotropic ? 7 : 2;
  if (all.terms < parameters) {
    refuse("Wilson fit: ", all.terms, " terms from ", options.d_max, " to ", options.d_min,
           " A, expected at least ", parameters);
  }
  const double unit = all.intensity / all.weight;
  if (!(unit > 0) || !std::isfinite(unit)) {
    refuse("Wilson fit: mean intensity ", unit, ", expected a finite value > 0");
  }
  const Model model(ln_reference, options.noise, std::sqrt(range.high), unit);
  // Within a narrow shell the model is constant, so that the mean intensity says all there is.
  const Observations means{observations_of(shells, model)};
  const Fit<2> isotropic = maximise<2>(means, straight_line(means.front()));
  if (!options.anisotropic) return summary(isotropic, unit, all.terms);
  return fit_six(spectrum, range, model, isotropic, unit, all.terms);
}

}  // namespace sharpem
