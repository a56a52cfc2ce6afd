// Against tables worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "sharpem/choice.hpp"

namespace sharpem {
namespace {

using Values = std::vector<double>;

Detail trial(std::size_t surface_area, std::size_t regions) {
  Detail detail;
  detail.voxels_inside = 10000;
  detail.surface_area = surface_area;
  detail.regions = regions;
  return detail;
}

/// Most sharpened first: from -100 to 300 A^2 in steps of 100.
const SearchGrid five{-100, 300, 100};
const std::vector<Detail> table{trial(30000, 900), trial(28000, 300), trial(24000, 100),
                                trial(20000, 90), trial(12000, 50)};

void check_same(const Values& found, const Values& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]));
}

}  // namespace

TEST_CASE("the grid is the paper's, and a quarter of its step about the best trial") {
  const SearchGrid grid;
  const Values b = grid.values();
  REQUIRE(b.size() == 21);
  CHECK(b.front() == -100);
  CHECK(b[1] == -80);
  CHECK(b.back() == 300);
  check_same(SearchGrid{0, 100, 30}.values(), {0, 30, 60, 90});
  check_same(grid.finer_values(40), {10, 15, 25, 30, 35, 45, 50, 55, 65, 70});
  check_same(grid.finer_values(-100), {-95, -90, -85, -75, -70});
  check_same(SearchGrid{0, 8, 2}.finer_values(4), {1, 1.5, 2.5, 3, 3.5, 4.5, 5, 5.5, 6.5, 7});
}

TEST_CASE("C makes the ends equal") {
  const double weight = weight_by_ends(table);  // (30000 - 12000) / (900 - 50)
  CHECK(weight == doctest::Approx(18000.0 / 850));
  const Values adjusted = adjusted_surface_area(table, weight);
  CHECK(adjusted.front() == doctest::Approx(adjusted.back()));
  CHECK(adjusted[1] == doctest::Approx(28000 - 300 * 18000.0 / 850));
  CHECK(std::isnan(weight_by_ends({trial(9, 5), trial(4, 5)})));
  check_same(adjusted_surface_area(table, std::numeric_limits<double>::quiet_NaN()),
             {30000, 28000, 24000, 20000, 12000});
  CHECK_THROWS_AS(weight_by_ends({}), std::invalid_argument);
}

TEST_CASE("the window is where the middle scores above both ends") {
  const Values b = five.values();
  // At 100 A^2: from (30000 - 24000) / (900 - 100) = 7.5 to (24000 - 12000) / (100 - 50) = 240, a
  // tenth of that inwards: 30.75 to 216.75; the ends say 21.2.
  CHECK(weight_in_window(b, table, 100) == doctest::Approx(30.75));
  // Half way to the trial before: (26000, 200); 4000 / 700 to 14000 / 150.
  const double least = 4000.0 / 700, most = 14000.0 / 150;
  CHECK(weight_in_window(b, table, 50) == doctest::Approx(weight_by_ends(table)));
  CHECK(weight_by_ends(table) > least + 0.1 * (most - least));
  // Fewer than a thousandth of the voxels inside count as that: 12000 / 10 instead of 12000 / 2.
  std::vector<Detail> clean = table;
  clean.back().regions = 98;
  CHECK(weight_in_window(b, clean, 100) == doctest::Approx(7.5 + 0.1 * (1200 - 7.5)));
  // No window: (30000 - 20000) / (900 - 800) is above (20000 - 12000) / (800 - 50).
  const std::vector<Detail> sagging{trial(30000, 900), trial(20000, 800), trial(12000, 50)};
  CHECK(weight_in_window({0, 50, 100}, sagging, 50) == weight_by_ends(sagging));
  // Surface that shrinks with sharpening is told by the sign, as with the ends.
  const std::vector<Detail> odd{trial(10000, 900), trial(20000, 800), trial(30000, 50)};
  CHECK(weight_in_window({0, 50, 100}, odd, 50) == weight_by_ends(odd));
  CHECK(weight_by_ends(odd) < 0);
  CHECK_THROWS_AS(weight_in_window({0, 1}, table, 1), std::invalid_argument);
}

TEST_CASE("peak, noise and signal to noise") {
  const Values b = five.values();
  const Values score{10, 18, 20, 16, 8};
  // value - mean of both neighbours: 18 - 15, 20 - 17, 16 - 14
  const double noise = std::sqrt((9.0 + 9 + 4) / 3);
  const Peak peak = find_peak(b, score, five, Reading::published);
  CHECK(peak.b_iso == 100);
  CHECK(peak.noise == doctest::Approx(noise));
  CHECK(peak.signal_to_noise == doctest::Approx((20 - 10) / noise));
  CHECK(peak.low == 0);
  CHECK(peak.high == 100);
  CHECK_FALSE(peak.at_end);

  // A trial between those of the grid counts for the maximum, not for the noise.
  const Peak finer =
      find_peak({-100, 0, 50, 100, 200, 300}, {10, 18, 25, 20, 16, 8}, five, Reading::published);
  CHECK(finer.b_iso == 50);
  CHECK(finer.noise == doctest::Approx(noise));

  // Fitted, the fall below the higher end is no noise, if five trials are left without it.
  const SearchGrid six{-200, 300, 100};
  const Values cliff{-900, 10, 18, 20, 16, 9};
  const double steep = 10 - (-900 + 18) / 2.0;
  CHECK(find_peak(six.values(), cliff, six, Reading::published).noise ==
        doctest::Approx(std::sqrt((steep * steep + 9 + 9 + 2.25) / 4)));
  CHECK(find_peak(six.values(), cliff, six).noise ==
        doctest::Approx(std::sqrt((9 + 9 + 2.25) / 3)));
  CHECK(find_peak(b, score, five).noise == doctest::Approx(noise));

  const Peak end = find_peak(b, {1, 2, 3, 4, 5}, five, Reading::published);
  CHECK(end.at_end);
  CHECK(end.signal_to_noise == 0);  // straight: no noise, and nothing above the ends
  CHECK_THROWS_AS(find_peak(b, {1, 2}, five), std::invalid_argument);
}

TEST_CASE("top of a parabola") {
  Values b, score;
  for (double x = 0; x <= 60; x += 5) {
    b.push_back(x);
    score.push_back(7 - 0.02 * (x - 33) * (x - 33));
  }
  CHECK(parabola_top(b, score, 7, 30) == doctest::Approx(33));
  CHECK(find_peak(b, score, {0, 60, 20}).b_iso == doctest::Approx(33));
  CHECK(parabola_top(b, score, 7, 6) == 35);   // three trials
  CHECK(parabola_top(b, score, 0, 15) == 15);  // no further than its reach
  for (double& y : score) y = -y;
  CHECK(parabola_top(b, score, 7, 30) == 35);  // a minimum
  CHECK_THROWS_AS(parabola_top(b, score, 13, 30), std::invalid_argument);
}

TEST_CASE("both tests of applicability") {
  const Values b = five.values();
  const Values good{0, 8, 10, 9, 0};
  CHECK(applicability(b, good, find_peak(b, good, five, Reading::published)));

  // Half way between 100 and 0 A^2 the score is (2 + 1) / 2, below the 2 of an end.
  const Values low{0, 2, 1, 9, 2};
  const Applicability below =
      applicability(b, low, find_peak(b, low, five, Reading::published), 50, 0);
  CHECK_FALSE(below.above_ends);
  CHECK(below.intermediate);
  CHECK(applicability(b, low, find_peak(b, low, five, Reading::published), 350, 0).above_ends);

  const Values rough{0, 3, 0, 3, 0};  // changes of 3, 3 and 3: signal to noise 1
  const Applicability unclear =
      applicability(b, rough, find_peak(b, rough, five, Reading::published), 0);
  CHECK(unclear.above_ends);
  CHECK_FALSE(unclear.clear);
  CHECK_FALSE(unclear);

  const Values rising{1, 2, 3, 4, 5};
  CHECK_FALSE(applicability(b, rising, find_peak(b, rising, five)).intermediate);
}

}  // namespace sharpem
