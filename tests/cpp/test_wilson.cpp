#include <doctest/doctest.h>

#include <stdexcept>

#include "sharpem/threads.hpp"
#include "sharpem/wilson.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

const UnitCell skewed{60, 70, 65, 82, 97, 112};
const Profile flat{{0, 1}, {0, 0}};

/// Terms with exponentially distributed intensities about mu(s vector).
template <class Mean>
Spectrum random_terms(Shape grid, const UnitCell& cell, double d_min, const Mean& mu) {
  Spectrum spectrum(grid, cell, d_min);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for_terms(spectrum, [&](int h, int k, int l, Spectrum::Term& term) {
    if (!spectrum.keeps(spectrum.reciprocal().s_squared(h, k, l))) return;
    const double sigma = std::sqrt(mu(spectrum.reciprocal().s(h, k, l)) / 2);
    term = {static_cast<float>(sigma * normal(random)), static_cast<float>(sigma * normal(random))};
  });
  return spectrum;
}

/// Terms whose intensity is the mean itself.
template <class Mean>
Spectrum exact_terms(Shape grid, const UnitCell& cell, double d_min, const Mean& mu) {
  Spectrum spectrum(grid, cell, d_min);
  for_terms(spectrum, [&](int h, int k, int l, Spectrum::Term& term) {
    if (!spectrum.keeps(spectrum.reciprocal().s_squared(h, k, l))) return;
    term = static_cast<float>(std::sqrt(mu(spectrum.reciprocal().s(h, k, l))));
  });
  return spectrum;
}

double length2(const std::array<double, 3>& s) { return s[0] * s[0] + s[1] * s[1] + s[2] * s[2]; }

}  // namespace

TEST_CASE("a Gaussian blob reads the B it was made with") {
  for (const double b : {80.0, 200.0}) {
    // B of a Gaussian density exp(-r^2 / (2 u)): amplitudes exp(-2 pi^2 u s^2) = exp(-B s^2 / 4).
    const double u = b / (8 * pi * pi), edge = 40;
    const Map map = sampled({40, 40, 40}, [&](double x, double y, double z) {
      const double r2 = std::pow(x - 0.5, 2) + std::pow(y - 0.5, 2) + std::pow(z - 0.5, 2);
      return 1000 * std::exp(-r2 * edge * edge / (2 * u));
    });
    const Spectrum spectrum = analyse(map.view(), {edge, edge, edge, 90, 90, 90}, 3.5);
    const WilsonFit fit = fit_wilson(spectrum, flat);
    CHECK(fit.converged);
    CHECK(fit.b_iso == Approx(b).epsilon(2e-4));
    CHECK(fit.b[0] == fit.b_iso);
    CHECK(fit.b[3] == 0);
    const double f0 = 1000 * std::pow(2 * pi * u, 1.5) / std::pow(edge, 3);
    CHECK(fit.ln_scale == Approx(2 * std::log(f0)).epsilon(1e-4));
  }
}

TEST_CASE("an anisotropic B in a triclinic cell is read back, with or without a reference curve") {
  const Tensor b{90, 140, 60, 20, -15, 30};
  const Profile reference{{0.05, 0.15, 0.25, 0.35}, {1, -1, 0.5, -2}};
  const RadialCurve curve(reference.s, reference.value, 0.4);
  const auto mu = [&](const std::array<double, 3>& s) {
    return std::exp(-3 + curve(length2(s)) - quadratic_form(b, s) / 2);
  };
  const Spectrum spectrum = exact_terms({48, 48, 48}, skewed, 3, mu);
  const WilsonFit fit = fit_wilson(spectrum, reference, {11, 0, true});
  CHECK(fit.converged);
  for (std::size_t i = 0; i < 6; ++i) CHECK(fit.b[i] == Approx(b[i]).epsilon(1e-3));
  CHECK(fit.b_iso == Approx(290.0 / 3).epsilon(1e-4));
  CHECK(fit.ln_scale == Approx(-3).epsilon(1e-3));
  Spectrum straight = spectrum;
  apply_anisotropy(straight, b, 1);
  const WilsonFit one = fit_wilson(straight, reference);
  CHECK(one.b_iso == Approx(290.0 / 3).epsilon(1e-4));
}

TEST_CASE("random terms: B within its error, which shrinks with the number of terms") {
  const auto mu = [](const std::array<double, 3>& s) { return 1e-6 * std::exp(-60 * length2(s)); };
  double previous = 1e9;
  for (const std::size_t n : {24U, 48U}) {
    const double edge = static_cast<double>(n);
    const UnitCell cell{edge, edge, edge, 90, 90, 90};
    const Spectrum spectrum = random_terms({n, n, n}, cell, 2.5, mu);
    const WilsonFit one = fit_wilson(spectrum, flat);
    const WilsonFit six = fit_wilson(spectrum, flat, {11, 0, true});
    CHECK(one.converged);
    CHECK(six.converged);
    CHECK(std::abs(one.b_iso - 120) < 3 * one.b_iso_error);
    CHECK(std::abs(six.b_iso - 120) < 3 * six.b_iso_error);
    for (std::size_t i = 0; i < 6; ++i) {
      CHECK(std::abs(six.b[i] - (i < 3 ? 120 : 0)) < 8 * six.b_iso_error);
    }
    CHECK(one.b_iso_error < 0.5 * previous);
    CHECK(one.b_iso_error == Approx(six.b_iso_error).epsilon(0.1));
    previous = one.b_iso_error;
  }
}

TEST_CASE("the error is the one of a straight line through ln I with variance 1") {
  const auto mu = [](const std::array<double, 3>& s) { return std::exp(-30 * length2(s)); };
  const Spectrum spectrum = exact_terms({30, 30, 30}, skewed, 5, mu);
  double n = 0, x = 0, xx = 0, terms = 0;
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term&) {
    const double s2 = spectrum.reciprocal().s_squared(h, k, l);
    if (!spectrum.keeps(s2) || s2 < 1.0 / 121) return;
    const double weight = h == 0 ? 0.5 : 1;  // the plane h = 0 holds every term twice
    n += weight, x += weight * s2 / 2, xx += weight * s2 * s2 / 4;
    terms += 1;
  });
  const WilsonFit fit = fit_wilson(spectrum, flat);
  CHECK(fit.b_iso_error == Approx(1 / std::sqrt(xx - x * x / n)).epsilon(1e-3));
  CHECK(fit.terms == terms);
}

TEST_CASE("noise that is known does not flatten the fall-off") {
  const Profile noise{{0.0, 0.2, 0.4}, {2e-3, 4e-3, 3e-3}};
  const RadialCurve noise_curve(noise.s, noise.value, 0.5);
  const auto mu = [&](const std::array<double, 3>& s) {
    return std::exp(-75 * length2(s)) + noise_curve(length2(s));
  };
  const Spectrum exact = exact_terms({48, 48, 48}, {48, 48, 48, 90, 90, 90}, 2.5, mu);
  const Spectrum random = random_terms({48, 48, 48}, {48, 48, 48, 90, 90, 90}, 2.5, mu);
  for (const bool anisotropic : {false, true}) {
    const WilsonOptions options{11, 0, anisotropic, noise};
    CHECK(fit_wilson(exact, flat, {11, 0, anisotropic}).b_iso < 110);
    const WilsonFit with = fit_wilson(exact, flat, options);
    CHECK(with.converged);
    CHECK(with.b_iso == Approx(150).epsilon(1e-3));
    const WilsonFit fit = fit_wilson(random, flat, options);
    CHECK(fit.converged);
    CHECK(std::abs(fit.b_iso - 150) < 3 * fit.b_iso_error);
  }
}

TEST_CASE("only terms in the range take part") {
  const auto mu = [](const std::array<double, 3>& s) {
    const double s2 = length2(s);
    return s2 < 1.0 / 64 || s2 > 1.0 / 9 ? 1000 : std::exp(-50 * s2);
  };
  const Spectrum spectrum = exact_terms({40, 40, 40}, {60, 60, 60, 90, 90, 90}, 0, mu);
  CHECK(fit_wilson(spectrum, flat, {7.99, 3.01, false}).b_iso == Approx(100).epsilon(1e-3));
  CHECK(fit_wilson(spectrum, flat, {7.99, 3.01, true}).b_iso == Approx(100).epsilon(1e-3));
}

TEST_CASE("the scale of the map does not matter, not even near the ends of float32") {
  for (const double scale : {1e-30, 1e30}) {
    const auto mu = [&](const std::array<double, 3>& s) {
      return scale * std::exp(-40 * length2(s));
    };
    const Spectrum spectrum = exact_terms({24, 24, 24}, {36, 36, 36, 90, 90, 90}, 3.5, mu);
    CHECK(fit_wilson(spectrum, flat, {11, 0, true}).b_iso == Approx(80).epsilon(1e-3));
  }
}

TEST_CASE("bit for bit the same for any number of threads") {
  const auto mu = [](const std::array<double, 3>& s) { return std::exp(-60 * length2(s)); };
  const Spectrum spectrum = random_terms({40, 40, 40}, skewed, 4, mu);
  for (const bool anisotropic : {false, true}) {
    set_threads(1);
    const WilsonFit one = fit_wilson(spectrum, flat, {11, 0, anisotropic});
    for (const int threads : {2, 5}) {
      set_threads(threads);
      const WilsonFit other = fit_wilson(spectrum, flat, {11, 0, anisotropic});
      CHECK(one.b == other.b);
      CHECK(one.ln_scale == other.ln_scale);
      CHECK(one.b_iso_error == other.b_iso_error);
    }
  }
  set_threads(0);
}

TEST_CASE("a large spectrum is sampled without bias") {
  const Tensor b{110, 90, 130, 10, -20, 15};
  const auto mu = [&](const std::array<double, 3>& s) {
    return std::exp(-quadratic_form(b, s) / 2);
  };
  const Spectrum spectrum = random_terms({160, 160, 160}, {160, 160, 160, 90, 90, 90}, 0, mu);
  const WilsonFit one = fit_wilson(spectrum, flat, {11, 0, false});
  CHECK(one.terms > 1.5e6);
  const WilsonFit six = fit_wilson(spectrum, flat, {11, 0, true});
  CHECK(six.terms < 1.55e6);
  CHECK(six.terms > 1.4e6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::abs(six.b[i] - b[i]) < 8 * six.b_iso_error);
}

TEST_CASE("a flat box cannot have six Bs: the fit says that it has not converged") {
  const auto mu = [](const std::array<double, 3>& s) { return std::exp(-20 * length2(s)); };
  const Spectrum sheet = exact_terms({40, 40, 1}, {60, 60, 60, 90, 90, 90}, 3, mu);
  CHECK_FALSE(fit_wilson(sheet, flat, {11, 0, true}).converged);
  CHECK(fit_wilson(sheet, flat).b_iso == Approx(40).epsilon(1e-3));
}

TEST_CASE("too few terms, empty maps and wrong ranges are refused") {
  const Spectrum empty({16, 16, 16}, {32, 32, 32, 90, 90, 90}, 0);
  CHECK_THROWS_WITH_AS(fit_wilson(empty, flat), doctest::Contains("mean intensity 0"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(fit_wilson(empty, flat, {11, 10.9, false}), doctest::Contains("at least 2"),
                       std::invalid_argument);
  CHECK_THROWS_AS(fit_wilson(empty, flat, {3, 4, false}), std::invalid_argument);
  Spectrum full = empty;
  for_terms(full, [](int, int, int, Spectrum::Term& term) { term = 1; });
  const Profile negative{{0}, {-1}}, broken{{0, 1}, {0}};
  CHECK_THROWS_AS(fit_wilson(full, flat, {11, 0, false, negative}), std::invalid_argument);
  CHECK_THROWS_AS(fit_wilson(full, broken), std::invalid_argument);
}
