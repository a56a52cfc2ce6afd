#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "sharpem/cell.hpp"

using doctest::Approx;
using namespace sharpem;

TEST_CASE("a right-angled cell: s = h / a, with no rounding between the axes") {
  const ReciprocalCell cell({10, 20, 40, 90, 90, 90});
  CHECK(cell.s(1, 0, 0) == std::array<double, 3>{0.1, 0, 0});
  CHECK(cell.s(0, 2, 0) == std::array<double, 3>{0, 0.1, 0});
  CHECK(cell.s_squared(3, 4, 0) == Approx(0.09 + 0.04));
  CHECK(cell.s_squared(0, 0, -8) == Approx(0.04));
}

TEST_CASE("a hexagonal cell: d of (110) and (100)") {
  const ReciprocalCell cell({50, 50, 30, 90, 90, 120});
  CHECK(1 / std::sqrt(cell.s_squared(1, 0, 0)) == Approx(50 * std::sqrt(0.75)));
  CHECK(1 / std::sqrt(cell.s_squared(1, 1, 0)) == Approx(25));
  CHECK(cell.s_squared(1, -2, 0) == Approx(cell.s_squared(1, 1, 0)));
}

TEST_CASE("a triclinic cell: s . edge is the index, for all three edges") {
  const UnitCell cell{23, 31, 27, 80, 95, 108};
  const double to_radians = std::acos(-1.0) / 180;
  const double ca = std::cos(80 * to_radians), cb = std::cos(95 * to_radians);
  const double cg = std::cos(108 * to_radians), sg = std::sin(108 * to_radians);
  const double cx = 27 * cb, cy = 27 * (ca - cb * cg) / sg;
  const double cz = std::sqrt(27 * 27 - cx * cx - cy * cy);
  const auto s = ReciprocalCell(cell).s(3, -5, 7);
  CHECK(s[0] * 23 == Approx(3));
  CHECK(s[0] * 31 * cg + s[1] * 31 * sg == Approx(-5));
  CHECK(s[0] * cx + s[1] * cy + s[2] * cz == Approx(7));
}

TEST_CASE("limits hold every term inside the sphere, and terms exactly on it") {
  const ReciprocalCell cell({23, 31, 27, 80, 95, 108});
  const auto limit = cell.limits(0.25);
  for (int h = -9; h <= 9; ++h) {
    for (int k = -11; k <= 11; ++k) {
      for (int l = -10; l <= 10; ++l) {
        if (cell.s_squared(h, k, l) > 0.25 * 0.25) continue;
        CHECK(std::abs(h) <= limit[0]);
        CHECK(std::abs(k) <= limit[1]);
        CHECK(std::abs(l) <= limit[2]);
      }
    }
  }
  CHECK(ReciprocalCell({30, 60, 90, 90, 90, 90}).limits(1.0 / 3) == std::array<int, 3>{10, 20, 30});
}

TEST_CASE("a tensor's quadratic form counts the mixed terms twice") {
  CHECK(quadratic_form({1, 2, 3, 0, 0, 0}, {1, 2, 3}) == Approx(1 + 8 + 27));
  CHECK(quadratic_form({0, 0, 0, 5, 7, 11}, {1, 2, 3}) == Approx(2 * (10 + 21 + 66)));
}

TEST_CASE("lengths that no map has are refused: their terms could not be counted") {
  for (const double length : {1e300, 1e160, 1.1e6, 0.9e-6, 1e-300}) {
    CHECK_THROWS_AS(ReciprocalCell({length, 10, 10, 90, 90, 90}), std::invalid_argument);
    CHECK_THROWS_AS(ReciprocalCell({10, 10, length, 90, 90, 90}), std::invalid_argument);
  }
  CHECK_NOTHROW(ReciprocalCell({1e6, 1e-6, 10, 90, 90, 90}));
}

TEST_CASE("cells without a volume are refused, with their values") {
  CHECK_THROWS_AS(ReciprocalCell({0, 1, 1, 90, 90, 90}), std::invalid_argument);
  CHECK_THROWS_AS(ReciprocalCell({1, -1, 1, 90, 90, 90}), std::invalid_argument);
  CHECK_THROWS_AS(ReciprocalCell({1, 1, 1, 90, 90, 180}), std::invalid_argument);
  CHECK_THROWS_AS(ReciprocalCell({1, 1, 1, 60, 60, 120}), std::invalid_argument);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(ReciprocalCell({1, 1, nan, 90, 90, 90}), std::invalid_argument);
  CHECK_THROWS_AS(ReciprocalCell({1, 1, 1, nan, 90, 90}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(ReciprocalCell({1, 1, 1, 10, 90, 170}), doctest::Contains("170"),
                       std::invalid_argument);
}
