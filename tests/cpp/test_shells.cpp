#include <doctest/doctest.h>

#include <numeric>
#include <stdexcept>

#include "sharpem/shells.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

double total(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

const std::vector<double> everything{0, 0.1, 0.17, 0.2, 0.5};

}  // namespace

TEST_CASE("shells that hold everything count every voxel but one, with their power (Parseval)") {
  for (const Shape& shape : {Shape{8, 9, 10}, Shape{7, 6, 5}}) {
    const Map map = noise(shape, 1);
    const Spectrum spectrum = analyse(map.view(), triclinic, 0);
    const ShellSums sums = shell_sums(spectrum, everything);
    CHECK(total(sums.terms) == static_cast<double>(shape.voxels() - 1));
    double variance = 0;
    for (const float value : map.data) variance += std::pow(value - spectrum.mean(), 2);
    CHECK(total(sums.power) ==
          Approx(variance / static_cast<double>(shape.voxels())).epsilon(1e-5));
  }
}

TEST_CASE("every shell agrees with a loop over the terms, ends included as stated") {
  const Spectrum spectrum = analyse(noise({18, 20, 15}, 2).view(), triclinic, 2.9);
  // The first edge and one in the middle lie exactly on a term.
  const auto s_of = [&](int h, int k, int l) {
    return std::sqrt(spectrum.reciprocal().s_squared(h, k, l));
  };
  const std::vector<double> edges{0.04, 0.05, 0.11, 0.1101, 0.2, 0.29, 0.34};
  const ShellSums sums = shell_sums(spectrum, edges);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    double terms = 0, s_sum = 0, amplitude = 0, power = 0;
    for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
      const double s = s_of(h, k, l);
      if (!spectrum.keeps(s * s) || s < edges[i] || s >= edges[i + 1]) return;
      terms += spectrum.multiplicity(h);
      s_sum += spectrum.multiplicity(h) * s;
      amplitude += spectrum.multiplicity(h) * std::abs(term);
      power += spectrum.multiplicity(h) * std::norm(term);
    });
    CHECK(sums.terms[i] == terms);
    CHECK(sums.amplitude[i] == Approx(amplitude));
    CHECK(sums.power[i] == Approx(power));
    CHECK(sums.s[i] == Approx(terms > 0 ? s_sum / terms : (edges[i] + edges[i + 1]) / 2));
  }
  CHECK(total(sums.terms) > 500);
}

TEST_CASE("a term on an edge belongs to the shell above it") {
  const Map map =
      sampled({16, 16, 16}, [](double x, double, double) { return std::cos(8 * pi * x); });
  const Spectrum spectrum = analyse(map.view(), {32, 32, 32, 90, 90, 90}, 0);
  const ShellSums sums = shell_sums(spectrum, {0.1, 0.125, 0.15});  // the wave: s = 4/32
  CHECK(sums.power[0] == Approx(0).epsilon(1e-9));
  CHECK(sums.power[1] == Approx(0.5));
}

TEST_CASE("shells without terms have none, and their s is the middle") {
  const Spectrum spectrum = analyse(noise({8, 8, 8}, 3).view(), triclinic, 0);
  const ShellSums sums = shell_sums(spectrum, {0.0, 1e-4, 5, 6});
  CHECK(sums.terms[0] == 0);
  CHECK(sums.s[0] == Approx(5e-5));
  CHECK(sums.terms[1] == 511);
  CHECK(sums.s[2] == Approx(5.5));
}

TEST_CASE("cross sums: a map with itself, with its negative, and with a mixture") {
  const Map a = noise({12, 11, 10}, 4), b = noise({12, 11, 10}, 5);
  Map mixture(a.shape);
  for (std::size_t i = 0; i < a.data.size(); ++i) mixture.data[i] = 2 * b.data[i] - a.data[i];
  const Spectrum one = analyse(a.view(), triclinic, 0), two = analyse(b.view(), triclinic, 0);
  const Spectrum three = analyse(mixture.view(), triclinic, 0);
  const auto self = cross_sums(one, one, everything);
  const auto ab = cross_sums(one, two, everything), ac = cross_sums(one, three, everything);
  const auto powers = shell_sums(two, everything);
  for (std::size_t i = 0; i + 1 < everything.size(); ++i) {
    CHECK(self.cross[i] == Approx(self.power_1[i]));
    CHECK(ab.power_1[i] == Approx(self.power_1[i]));
    CHECK(ab.power_2[i] == Approx(powers.power[i]));
    CHECK(ab.terms[i] == powers.terms[i]);
    CHECK(ab.s[i] == powers.s[i]);
    CHECK(ac.cross[i] == Approx(2 * ab.cross[i] - self.cross[i]).epsilon(1e-4));
  }
}

TEST_CASE("bit for bit the same for any number of threads") {
  const Spectrum spectrum = analyse(noise({30, 31, 32}, 6).view(), triclinic, 2);
  set_threads(1);
  const ShellSums one = shell_sums(spectrum, everything);
  for (const int threads : {2, 5}) {
    set_threads(threads);
    const ShellSums other = shell_sums(spectrum, everything);
    CHECK(one.power == other.power);
    CHECK(one.amplitude == other.amplitude);
    CHECK(one.s == other.s);
  }
  set_threads(0);
}

TEST_CASE("impossible shells and spectra that do not match are refused") {
  const Spectrum a({4, 4, 4}, triclinic, 0);
  CHECK_THROWS_AS(shell_sums(a, {}), std::invalid_argument);
  CHECK_THROWS_AS(shell_sums(a, {0.1}), std::invalid_argument);
  CHECK_THROWS_AS(shell_sums(a, {-0.1, 0.1}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(shell_sums(a, {0.1, 0.1}), doctest::Contains("edges[1]"),
                       std::invalid_argument);
  UnitCell other = triclinic;
  other.beta = 96;
  CHECK_THROWS_AS(cross_sums(a, {{4, 4, 5}, triclinic, 0}, everything), std::invalid_argument);
  CHECK_THROWS_AS(cross_sums(a, {{4, 4, 4}, other, 0}, everything), std::invalid_argument);
  CHECK_THROWS_AS(cross_sums(a, {{4, 4, 4}, triclinic, 3}, everything), std::invalid_argument);
}
