#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "sharpem/field.hpp"
#include "spectral.hpp"

using namespace sharpem;
using namespace sharpem::testing;

namespace {

const Shape grid{40, 36, 44};

/// The definition in field.hpp, at one voxel.
double slow_field(const std::vector<Site>& sites, double z, double y, double x, double d0,
                  double overall) {
  double weight = overall, sum = 0;
  for (const Site& site : sites) {
    const double r2 =
        std::pow(z - site.at[0], 2) + std::pow(y - site.at[1], 2) + std::pow(x - site.at[2], 2);
    const double w = std::exp(-r2 / (d0 * d0));
    weight += w;
    sum += w * site.value;
  }
  return sum / weight;
}

}  // namespace

TEST_CASE("the field is the weighted mean of Eq. 9") {
  const std::vector<Site> sites{{{5, 6, 7}, 30}, {{20, 18, 25}, -10}, {{-4, 40, 50}, 5}};
  const Field field = field_of(sites, grid, 9, 0.01, 1);
  std::vector<float> row(grid.nx);
  for (const std::size_t z : {0U, 13U, 39U}) {
    for (const std::size_t y : {0U, 17U, 35U}) {
      field.row(z, y, grid.nx, row.data());
      for (std::size_t x = 0; x < grid.nx; ++x) {
        const double expected = slow_field(sites, static_cast<double>(z), static_cast<double>(y),
                                           static_cast<double>(x), 9, 0.01);
        CHECK(row[x] == doctest::Approx(expected).epsilon(0.001).scale(1.0));
      }
    }
  }
}

TEST_CASE("between its points the field is linear, to the last voxel") {
  const std::vector<Site> sites{{{5, 6, 7}, 30}, {{20, 18, 25}, -10}};
  const Field fine = field_of(sites, grid, 15, 0.01, 1),
              coarse = field_of(sites, grid, 15, 0.01, 3);
  Map a(grid), b(grid);
  expand_field(fine, a.out());
  expand_field(coarse, b.out());
  CHECK(largest_difference(a, b) < 0.8);
  const std::size_t at = (36 * grid.ny + 33) * grid.nx + 42;  // on both lattices
  CHECK(a.data[at] == b.data[at]);
}

TEST_CASE("widths, weights and steps of 0 are refused") {
  CHECK_THROWS_AS(field_of({}, grid, 0, 0.01, 4), std::invalid_argument);
  CHECK_THROWS_AS(field_of({}, grid, 8, 0, 4), std::invalid_argument);
  CHECK_THROWS_AS(field_of({}, grid, 8, 0.01, 0), std::invalid_argument);
}
