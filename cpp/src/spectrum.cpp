#include "sharpem/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"
#include "rows.hpp"

namespace sharpem {
namespace {

using Term = Spectrum::Term;

constexpr double most_voxels = 1e15;  // beyond any memory, and within what std::size_t counts

std::size_t number(int n) { return static_cast<std::size_t>(n); }

/// A little generous, so that a term exactly at d_min is kept whatever the rounding.
double limit_of(double d_min) {
  if (d_min > 0) return (1 + 1e-9) / (d_min * d_min);
  return std::numeric_limits<double>::infinity();
}

Shape checked(Shape grid) {
  constexpr std::size_t longest = std::numeric_limits<int>::max();
  const bool no_axis_too_long = std::max({grid.nz, grid.ny, grid.nx}) <= longest;
  const double voxels = static_cast<double>(grid.plane()) * static_cast<double>(grid.nz);
  if (!no_axis_too_long || grid.voxels() == 0 || voxels > most_voxels) {
    refuse("grid of ", grid.nz, " x ", grid.ny, " x ", grid.nx, " voxels: expected 1 to ",
           most_voxels);
  }
  return grid;
}

/// Index i of a term as a grid of n points sees it: from -n/2 to (n - 1)/2.
int aliased(int i, std::size_t n) {
  const int points = static_cast<int>(n), half = points / 2;
  return ((i + half) % points + points) % points - half;
}

double checked(double d_min) {
  if (!(d_min >= 0) || !std::isfinite(d_min)) {
    refuse("resolution limit ", d_min, " A: expected d_min > 0, or 0 for every term");
  }
  return d_min;
}

}  // namespace

Spectrum::Spectrum(Shape grid, const UnitCell& cell, double d_min)
    : Spectrum(grid, cell, d_min, WithoutTerms()) {
  terms_.resize(size());
}

std::size_t Spectrum::bytes(Shape grid, const UnitCell& cell, double d_min) {
  return Spectrum(grid, cell, d_min, WithoutTerms()).size() * sizeof(Term);
}

Spectrum::Spectrum(Shape grid, const UnitCell& cell, double d_min, WithoutTerms /*tag*/)
    : grid_(checked(grid)),
      cell_(cell),
      reciprocal_(cell),
      d_min_(checked(d_min)),
      s_squared_max_(limit_of(d_min)) {
  const auto half = [](std::size_t n) { return static_cast<int>(n / 2); };
  const auto half_up = [](std::size_t n) { return static_cast<int>((n - 1) / 2); };
  std::array<int, 3> limit{half(grid.nx), half(grid.ny), half(grid.nz)};
  if (d_min > 0) {
    const auto sphere = reciprocal_.limits(std::sqrt(s_squared_max_));
    for (std::size_t i = 0; i < 3; ++i) limit[i] = std::min(limit[i], sphere[i]);
  }
  h_max_ = limit[0];
  k_min_ = -limit[1];
  k_max_ = std::min(limit[1], half_up(grid.ny));
  l_min_ = -limit[2];
  l_max_ = std::min(limit[2], half_up(grid.nz));
}

std::size_t Spectrum::size() const {
  return layers(*this) * number(k_max_ - k_min_ + 1) * row_size();
}

std::size_t Spectrum::offset(int k, int l) const {
  const std::size_t rows = number(l - l_min_) * number(k_max_ - k_min_ + 1) + number(k - k_min_);
  return rows * row_size();
}

double Spectrum::s_max() const {
  return d_min_ > 0 ? 1 / d_min_ : std::sqrt(largest_s_squared(*this));
}

void apply_filter(Spectrum& spectrum, const RadialCurve& factor) {
  for_rows(spectrum, [&](const Row& row) {
    Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) terms[h] *= factor(row.s_squared(h));
  });
}

void apply_anisotropy(Spectrum& spectrum, const Tensor& b, double sign) {
  const double b_iso = (b[0] + b[1] + b[2]) / 3;
  const auto exponent_form = [&](const std::array<double, 3>& s) {
    return sign * (quadratic_form(b, s) - b_iso * squared_length(s)) / 4;
  };
  for_rows(spectrum, [&](const Row& row) {
    const auto exponent = along_row(spectrum.reciprocal(), row.k(), row.l(), exponent_form);
    Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) {
      terms[h] *= static_cast<float>(std::exp(std::clamp(exponent(h), -80.0, 80.0)));
    }
  });
}

Spectrum resampled(const Spectrum& spectrum, Shape grid, double d_min) {
  if (d_min < spectrum.d_min()) {
    refuse("resampling to ", d_min, " A: expected at least the ", spectrum.d_min(),
           " A of the spectrum");
  }
  Spectrum answer(grid, spectrum.cell(), d_min);
  for (int l = std::max(answer.l_min(), spectrum.l_min());
       l <= std::min(answer.l_max(), spectrum.l_max()); ++l) {
    for (int k = std::max(answer.k_min(), spectrum.k_min());
         k <= std::min(answer.k_max(), spectrum.k_max()); ++k) {
      for (int h = 0; h <= std::min(answer.h_max(), spectrum.h_max()); ++h) {
        if (answer.keeps(answer.reciprocal().s_squared(h, k, l))) {
          answer.row(k, l)[h] = spectrum.row(k, l)[h];
        }
      }
    }
  }
  return answer;
}

Spectrum sampled_on(const Spectrum& spectrum, const RadialCurve& factor, Shape grid) {
  Spectrum answer(grid, spectrum.cell(), 0);
  std::vector<int> along_x;
  for (int h = 0; h <= spectrum.h_max(); ++h) along_x.push_back(aliased(h, grid.nx));
  for (int l = spectrum.l_min(); l <= spectrum.l_max(); ++l) {
    for (int k = spectrum.k_min(); k <= spectrum.k_max(); ++k) {
      const Row row(spectrum, k, l);
      const Term* terms = spectrum.row(k, l);
      Term* to = answer.row(aliased(k, grid.ny), aliased(l, grid.nz));
      Term* mates = answer.row(aliased(-k, grid.ny), aliased(-l, grid.nz));
      for (int h = row.begin(); h < row.end(); ++h) {
        const double share = h == 0 ? 1 : spectrum.multiplicity(h) / 2;
        const Term term = terms[h] * (factor(row.s_squared(h)) * static_cast<float>(share));
        const int there = along_x[number(h)];
        // Both of them are stored where h is 0, and where it is the last one of an even grid.
        const bool both = there == 0 || 2 * number(std::abs(there)) == grid.nx;
        if (there > 0 || both) to[std::abs(there)] += term;
        if (h > 0 && (there < 0 || both)) mates[std::abs(there)] += std::conj(term);
      }
    }
  }
  return answer;
}

}  // namespace sharpem
