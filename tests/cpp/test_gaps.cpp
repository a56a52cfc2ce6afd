#include <doctest/doctest.h>

#include "sharpem/gaps.hpp"
#include "sharpem/shells.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/wilson.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

const std::vector<double> edges{0.02, 0.08, 0.14, 0.2, 0.25};

/// Whether a coefficient lies in a cone of half angle 45 degrees about z.
bool in_cone(const Spectrum& spectrum, int h, int k, int l) {
  const auto s = spectrum.reciprocal().s(h, k, l);
  return s[2] * s[2] > 0.5 * (s[0] * s[0] + s[1] * s[1] + s[2] * s[2]);
}

/// Noise whose coefficients in the cone are far below the others, as after rounding.
Spectrum coned(double left) {
  Spectrum spectrum = analyse(noise({24, 26, 22}, 5).view(), triclinic, 4);
  for (int l = spectrum.l_min(); l <= spectrum.l_max(); ++l) {
    for (int k = spectrum.k_min(); k <= spectrum.k_max(); ++k) {
      for (int h = 0; h <= spectrum.h_max(); ++h) {
        if (in_cone(spectrum, h, k, l)) spectrum.row(k, l)[h] *= static_cast<float>(left);
      }
    }
  }
  return spectrum;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

}  // namespace

TEST_CASE("a cone that holds nothing is found, with its direction, and left out of the sums") {
  Spectrum spectrum = coned(1e-5);
  const Gaps gaps = clear_gaps(spectrum, edges, 0.01);
  CHECK(gaps.absent / gaps.terms == Approx(1 - std::sqrt(0.5)).epsilon(0.1));
  CHECK(gaps.empty[2] > 0.7);  // along z
  CHECK(gaps.all[2] == Approx(1.0 / 3).epsilon(0.1));
  const ShellSums sums = shell_sums(spectrum, edges);
  CHECK(sum(sums.terms) == Approx(gaps.terms - gaps.absent));
}

TEST_CASE("coefficients that are merely weak are no gap, and stay") {
  Spectrum spectrum = coned(0.1);
  const Spectrum before = spectrum;
  const Gaps gaps = clear_gaps(spectrum, edges, 0.01);
  CHECK(gaps.absent < 0.005 * gaps.terms);
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
    CHECK(term == before.row(k, l)[h]);
  });
}

TEST_CASE("beyond a low-pass filter there is no gap") {
  Spectrum spectrum = coned(1.0);
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term&) {
    if (spectrum.reciprocal().s_squared(h, k, l) > 0.14 * 0.14) spectrum.row(k, l)[h] *= 1e-7F;
  });
  const Gaps gaps = clear_gaps(spectrum, edges, 0.01);
  CHECK(gaps.absent == 0);
}

TEST_CASE("the fall-off is that of what is there, and the threads change nothing") {
  const Profile flat{{0.0, 0.3}, {0.0, 0.0}};
  const WilsonOptions options{25, 4, false, std::nullopt};
  const double whole = fit_wilson(coned(1.0), flat, options).b_iso;
  Spectrum spectrum = coned(1e-5);
  clear_gaps(spectrum, edges, 0.01);
  const WilsonFit fit = fit_wilson(spectrum, flat, options);
  CHECK(std::abs(fit.b_iso - whole) < 3 * fit.b_iso_error);
  set_threads(1);
  Spectrum again = coned(1e-5);
  const Gaps one = clear_gaps(again, edges, 0.01);
  set_threads(2);
  again = coned(1e-5);
  const Gaps two = clear_gaps(again, edges, 0.01);
  CHECK(one.absent == two.absent);
  CHECK(one.empty == two.empty);
}

TEST_CASE("gaps are copied to a spectrum on another grid") {
  Spectrum spectrum = coned(1e-5);
  clear_gaps(spectrum, edges, 0.01);
  Spectrum other = analyse(noise({12, 14, 12}, 9).view(), triclinic, 5);
  copy_gaps(spectrum, other);
  int cleared = 0;
  for_terms(other, [&](int h, int k, int l, const Spectrum::Term& term) {
    if (!other.keeps(other.reciprocal().s_squared(h, k, l))) return;
    const double s = std::sqrt(other.reciprocal().s_squared(h, k, l));
    if (s < edges.front() || h + std::abs(k) + std::abs(l) == 0) return;
    CHECK((term == Spectrum::Term(0)) == in_cone(other, h, k, l));
    cleared += term == Spectrum::Term(0) ? 1 : 0;
  });
  CHECK(cleared > 20);
}
