#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "sharpem/filter.hpp"

using doctest::Approx;
using namespace sharpem;

namespace {

/// Eq. 1-4 as they are printed.
double as_printed(const SharpenBlur& f, double s) {
  const double d = 1 / s;
  const double w = 1 / (1 + std::exp(f.k * (f.d_cut - d)));
  return w * std::exp(0.25 * f.b_sharpen * s * s) + (1 - w) * std::exp(-0.25 * f.b_blur * s * s);
}

}  // namespace

TEST_CASE("the amplitude factor is Eq. 3, a mixture of the two scale factors") {
  const SharpenBlur filter{120, 200, 3, 10};
  for (const double s : {0.05, 0.1, 0.25, 0.32, 1 / 3.0, 0.34, 0.4, 0.5}) {
    CAPTURE(s);
    CHECK(amplitude_factor(filter, s) == Approx(as_printed(filter, s)).epsilon(1e-10));
    CHECK(std::exp(log_amplitude_factor(filter, s)) ==
          Approx(as_printed(filter, s)).epsilon(1e-10));
  }
  const double at_cut = (std::exp(0.25 * 120 / 9) + std::exp(-0.25 * 200 / 9)) / 2;
  CHECK(amplitude_factor(filter, 1 / 3.0) == Approx(at_cut));
}

TEST_CASE("blurring is exp(b s^2 / 4) at every d, without the extra blur") {
  for (const double s : {0.1, 0.3, 0.6}) {
    CHECK(amplitude_factor({-80, 200, 3, 10}, s) == Approx(std::exp(-20 * s * s)));
    CHECK(amplitude_factor({0, 200, 3, 10}, s) == 1);
  }
}

TEST_CASE("with an onset the blur beyond d_cut grows as b_sharpen comes up to 0") {
  const double onset = 18;
  for (const double s : {0.1, 0.3, 0.34, 0.5}) {
    CAPTURE(s);
    for (const double b : {-100.0, -18.0}) {
      CHECK(amplitude_factor({b, 200, 3, 10, onset}, s) == amplitude_factor({b, 200, 3, 10}, s));
    }
    CHECK(amplitude_factor({50, 200, 3, 10, onset}, s) == amplitude_factor({50, 200, 3, 10}, s));
    const double below = amplitude_factor({-1e-9, 200, 3, 10, onset}, s);
    CHECK(below == Approx(amplitude_factor({1e-9, 200, 3, 10, onset}, s)));
    const double half = amplitude_factor({-9, 200, 3, 10, onset}, s);
    CHECK(half <= amplitude_factor({-9, 200, 3, 10}, s));
  }
}

TEST_CASE("no input overflows, and s = 0 is left alone") {
  const double big = 1e300;
  for (const double b : {-big, -1000.0, 0.0, 1000.0, big}) {
    for (const double blur : {-big, 0.0, 200.0, big}) {
      for (const double d_cut : {-big, 0.0, 3.0, big}) {
        for (const double k : {-big, 0.0, 10.0, big}) {
          CHECK(log_amplitude_factor({b, blur, d_cut, k}, 0) == 0);
          for (const double s : {1e-320, 1e-10, 0.3, 5.0, 1e200}) {
            CHECK(std::isfinite(log_amplitude_factor({b, blur, d_cut, k}, s)));
            CHECK(std::isfinite(static_cast<float>(amplitude_factor({b, blur, d_cut, k}, s))));
          }
        }
      }
    }
  }
  CHECK(amplitude_factor({5000, 0, 0, 10}, 1) == Approx(std::exp(80)));
  CHECK(amplitude_factor({-5000, 0, 0, 10}, 1) == Approx(std::exp(-80)));
}

TEST_CASE("a tabulated curve follows its function and is constant beyond its end") {
  const SharpenBlur filter{150, 200, 2.5, 10};
  const RadialCurve curve(filter, 0.6);
  for (double s = 0; s < 0.6; s += 0.0137) {
    CAPTURE(s);
    CHECK(curve(s * s) == Approx(amplitude_factor(filter, s)).epsilon(1e-4));
  }
  CHECK(curve(100) == Approx(amplitude_factor(filter, 0.6)));
  CHECK(curve(0) == 1);
}

TEST_CASE("a curve through points is linear in s between them") {
  const RadialCurve curve({0.1, 0.2, 0.4}, {1, 3, 2}, 0.5);
  const auto at = [&](double s) { return curve(s * s); };
  CHECK(at(0) == 1);
  CHECK(at(0.05) == 1);
  CHECK(at(0.15) == Approx(2).epsilon(1e-3));
  CHECK(at(0.3) == Approx(2.5).epsilon(1e-3));
  CHECK(at(0.45) == 2);
  CHECK(at(3) == 2);
}

TEST_CASE("impossible curves are refused") {
  const auto one = [](double) { return 1.0; };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(RadialCurve(one, 0), std::invalid_argument);
  CHECK_THROWS_AS(RadialCurve(one, nan), std::invalid_argument);
  CHECK_THROWS_AS(RadialCurve(one, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(RadialCurve([&](double) { return nan; }, 1), std::invalid_argument);
  CHECK_THROWS_AS(RadialCurve({}, {}, 1), std::invalid_argument);
  CHECK_THROWS_AS(RadialCurve({0.1, 0.2}, {1}, 1), std::invalid_argument);
  CHECK_THROWS_WITH_AS(RadialCurve({0.2, 0.1}, {1, 1}, 1), doctest::Contains("s[1] = 0.1"),
                       std::invalid_argument);
}

TEST_CASE("curves of several b_sharpen are those of one each") {
  const SharpenBlur shape{0, 200, 3, 10, 18};
  const std::vector<double> values{-100, -18, -5, 0, 40};
  const std::vector<RadialCurve> curves = radial_curves(shape, values, 0.4);
  REQUIRE(curves.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    SharpenBlur one = shape;
    one.b_sharpen = values[i];
    CHECK(curves[i].table() == RadialCurve(one, 0.4).table());
  }
  CHECK(radial_curves(shape, {}, 0.4).empty());
}

TEST_CASE("tables hold the float nearest to the factor, also where it saturates") {
  constexpr double s_max = 1.2;
  const std::size_t last = RadialCurve::default_size - 1;
  for (const SharpenBlur& shape : {SharpenBlur{0, 200, 2.5, 10}, SharpenBlur{0, 200, 2.5, 10, 12.5},
                                   SharpenBlur{0, -50, 4, 1e3}, SharpenBlur{0, 3e3, 9, 0.01}}) {
    const std::vector<double> values{-2e3, -60, -12.5, -6, 0, 7, 150, 830, 2e4, 1e308};
    const std::vector<RadialCurve> curves = radial_curves(shape, values, s_max);
    for (std::size_t b = 0; b < values.size(); ++b) {
      SharpenBlur one = shape;
      one.b_sharpen = values[b];
      std::size_t different = 0;
      for (std::size_t i = 0; i <= last; ++i) {
        const double s = std::sqrt(static_cast<double>(i) / static_cast<double>(last)) * s_max;
        different += curves[b].table()[i] != static_cast<float>(amplitude_factor(one, s));
      }
      CAPTURE(values[b]);
      CHECK(different == 0);
    }
  }
}

TEST_CASE("the transform of a sphere: series and closed form, against the radial integral") {
  for (const double radius : {0.5, 4.5}) {
    for (const double s : {1e-6, 0.003, 0.0318, 0.032, 0.1, 0.35}) {
      // 1/V int 4 pi r^2 sin(2 pi r s) / (2 pi r s) dr, by Simpson's rule
      const int n = 2000;
      const double q = 2 * std::acos(-1.0) * s, step = radius / n;
      double sum = 0;
      for (int i = 0; i <= n; ++i) {
        const double r = i * step;
        sum += (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * r * std::sin(q * r);
      }
      const double integral = 3 * sum * step / 3 / (q * radius * radius * radius);
      CHECK(sphere_factor(radius, s) == Approx(integral).epsilon(1e-8));
    }
    CHECK(sphere_factor(radius, 0) == 1);
  }
}
