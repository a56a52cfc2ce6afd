#include <doctest/doctest.h>

#include <stdexcept>

#include "sharpem/spectrum.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

TEST_CASE("with a limit exactly the terms inside it are kept") {
  const Map map = noise({18, 21, 16}, 3);
  const Spectrum all = analyse(map.view(), triclinic, 0);
  const double d_min = 4.1;
  const Spectrum kept = analyse(map.view(), triclinic, d_min);
  std::size_t inside = 0, stored = 0;
  for_terms(all, [&](int h, int k, int l, const Spectrum::Term&) {
    const double s_squared = all.reciprocal().s_squared(h, k, l);
    if (s_squared <= 1 / (d_min * d_min)) ++inside;
  });
  for_terms(kept, [&](int h, int k, int l, const Spectrum::Term& term) {
    const bool in = kept.reciprocal().s_squared(h, k, l) <= 1 / (d_min * d_min);
    CHECK(kept.keeps(kept.reciprocal().s_squared(h, k, l)) == in);
    if (in) {
      ++stored;
      CHECK(std::abs(term - all.row(k, l)[h]) < 1e-6F);
    } else {
      CHECK(term == Spectrum::Term(0));
    }
  });
  CHECK(inside == stored);
  CHECK(stored > 400);
}

TEST_CASE("a term exactly at the limit is kept") {
  const UnitCell cell{30, 30, 30, 90, 90, 90};
  const Map map = sampled({24, 24, 24}, [](double x, double y, double z) {
    return std::cos(2 * pi * 10 * x) + std::cos(2 * pi * 10 * y) + std::cos(2 * pi * 10 * z);
  });
  const Spectrum spectrum = analyse(map.view(), cell, 3);
  CHECK(spectrum.row(0, 0)[10].real() == Approx(0.5));
  CHECK(spectrum.row(10, 0)[0].real() == Approx(0.5));
  CHECK(spectrum.row(0, -10)[0].real() == Approx(0.5));
}

TEST_CASE("a factor acts the same in place and on the way to the map") {
  const Map map = noise({15, 16, 18}, 6);
  const RadialCurve curve({0.0, 0.1, 0.2}, {0.5, 1, 3}, 0.3);
  Spectrum spectrum = analyse(map.view(), triclinic, 3.5);
  const Map direct = synthesised(spectrum, curve);
  const Spectrum before = spectrum;
  apply_filter(spectrum, curve);
  CHECK(largest_difference(direct, synthesised(spectrum)) == 0);
  CHECK(spectrum.mean() == Approx(before.mean() / 2));
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
    const float factor = curve(spectrum.reciprocal().s_squared(h, k, l));
    CHECK(std::abs(term - factor * before.row(k, l)[h]) < 1e-6F);
  });
}

TEST_CASE("anisotropy: the factor of its definition, undone by the other sign") {
  Spectrum spectrum = analyse(noise({14, 15, 12}, 7).view(), triclinic, 3);
  const Spectrum before = spectrum;
  const Tensor b{30, 70, 20, 12, -9, 25};
  apply_anisotropy(spectrum, b, 1);
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
    const auto s = spectrum.reciprocal().s(h, k, l);
    const double exponent =
        (quadratic_form(b, s) - 40 * spectrum.reciprocal().s_squared(h, k, l)) / 4;
    const auto expected = before.row(k, l)[h] * static_cast<float>(std::exp(exponent));
    CHECK(std::abs(term - expected) <= 1e-5F * std::abs(expected));
  });
  apply_anisotropy(spectrum, b, -1);
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
    CHECK(std::abs(term - before.row(k, l)[h]) <= 1e-5F * std::abs(term));
  });
  apply_anisotropy(spectrum, {1e9, -1e9, 0, 0, 0, 0}, 1);
  for_terms(spectrum, [](int, int, int, const Spectrum::Term& term) {
    CHECK(std::isfinite(std::abs(std::complex<double>(term))));
  });
}

TEST_CASE("resampling keeps a band-limited map") {
  const Shape fine{24, 20, 30}, coarse{14, 12, 18};
  Spectrum spectrum = analyse(noise(fine, 12).view(), {24, 20, 30}, 5);
  const Spectrum there = resampled(spectrum, coarse, 5);
  CHECK(same_terms(spectrum, resampled(there, fine, 5)));
  CHECK(there.mean() == spectrum.mean());
  const Spectrum cut = resampled(spectrum, coarse, 8);
  CHECK(same_terms(cut, resampled(there, coarse, 8)));
  CHECK_THROWS_WITH_AS(resampled(spectrum, fine, 4), doctest::Contains("5 A"),
                       std::invalid_argument);
}

TEST_CASE("a map at the points of a coarser grid") {
  const RadialCurve curve([](double s) { return 1 - 3 * s; }, 0.25);
  for (const Shape fine : {Shape{24, 12, 36}, Shape{27, 9, 45}}) {
    const Spectrum spectrum = analyse(noise(fine, 3).view(), triclinic, 4);
    const Map whole = synthesised(spectrum, curve);
    for (const std::size_t every : {1U, 2U, 3U, 4U, 9U, 12U}) {
      if (fine.ny % every != 0 || fine.nz % every != 0 || fine.nx % every != 0) continue;
      Map expected({fine.nz / every, fine.ny / every, fine.nx / every});
      std::size_t i = 0;
      for (std::size_t z = 0; z < fine.nz; z += every) {
        for (std::size_t y = 0; y < fine.ny; y += every) {
          for (std::size_t x = 0; x < fine.nx; x += every) {
            expected.data[i++] = whole.data[(z * fine.ny + y) * fine.nx + x];
          }
        }
      }
      Map found(expected.shape);
      synthesise(sampled_on(spectrum, curve, expected.shape), found.out());
      CAPTURE(every);
      CHECK(largest_difference(found, expected) < 1e-5);
    }
  }
}

TEST_CASE("curves for a spectrum end at its limit, or at its last corner where there is none") {
  const Shape grid{10, 12, 14};
  const Spectrum limited(grid, triclinic, 4), all(grid, triclinic, 0);
  CHECK(limited.s_max() == 0.25);
  double largest = 0;
  for_terms(all, [&](int h, int k, int l, const Spectrum::Term&) {
    largest = std::max(largest, all.reciprocal().s_squared(h, k, l));
  });
  CHECK(all.s_max() == Approx(std::sqrt(largest)));
  const SharpenBlur filter{60, 200, 3, 10};
  CHECK(RadialCurve(filter, limited).table() == RadialCurve(filter, 0.25).table());
}

TEST_CASE("resolution limits and grids that make no sense are refused") {
  CHECK_THROWS_WITH_AS(Spectrum({4, 4, 4}, triclinic, -1), doctest::Contains("-1"),
                       std::invalid_argument);
  CHECK_THROWS_AS(Spectrum({4, 0, 4}, triclinic, 0), std::invalid_argument);
}
