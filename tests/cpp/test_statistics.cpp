#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/block_sums.hpp"
#include "sharpem/statistics.hpp"
#include "sharpem/threads.hpp"

namespace sharpem {
namespace {

const Shape shape{5, 6, 71};  // planes end in the middle of everything that is done several at once

std::vector<float> noise() { return testing::random_map(shape, 7); }

double power_mean(const std::vector<float>& map, double centre, int power) {
  double sum = 0;
  for (const float value : map) sum += std::pow(static_cast<double>(value) - centre, power);
  return sum / static_cast<double>(map.size());
}

void check_scatter(const Scatter& found, const std::vector<float>& map) {
  const double mean = power_mean(map, 0, 1), rms = std::sqrt(power_mean(map, mean, 2));
  CHECK(found.rms == doctest::Approx(rms).epsilon(1e-9));
  CHECK(found.skewness == doctest::Approx(power_mean(map, mean, 3) / (rms * rms * rms)));
}

}  // namespace

TEST_CASE("range and moments are those of the plain sums, whatever was added to the map") {
  for (const float offset : {0.0F, 1000.0F}) {
    std::vector<float> map = noise();
    for (float& value : map) value += offset;
    const Statistics found = statistics_of({map.data(), shape});
    const auto [low, high] = std::minmax_element(map.begin(), map.end());
    CHECK(found.minimum == static_cast<double>(*low));
    CHECK(found.maximum == static_cast<double>(*high));
    CHECK(found.at_minimum == 1);
    CHECK(found.mean == doctest::Approx(power_mean(map, 0, 1)).epsilon(1e-12));
    CHECK(found.nonfinite == 0);
    check_scatter(found.all, map);
  }
}

TEST_CASE("an empty part is told by its value, and left out of what is filled") {
  const std::vector<float> full = noise();
  std::vector<float> map = full, filled;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (i % 3 == 0)
      map[i] = -9;
    else
      filled.push_back(map[i]);
  }
  const Statistics found = statistics_of({map.data(), shape});
  CHECK(found.flat_value == -9.0);
  CHECK(found.flat == map.size() - filled.size());
  CHECK(found.at_minimum == found.flat);
  check_scatter(found.filled, filled);
  set_threads(1);
  CHECK(statistics_of({map.data(), shape}).filled.skewness == found.filled.skewness);
  set_threads(0);
}

TEST_CASE("values that are no numbers are counted, and an empty map is refused") {
  std::vector<float> map = noise();
  map[3] = std::numeric_limits<float>::quiet_NaN();
  map[400] = std::numeric_limits<float>::infinity();
  CHECK(statistics_of({map.data(), shape}).nonfinite == 2);
  CHECK_THROWS_AS(statistics_of({nullptr, shape}), std::invalid_argument);
  const std::vector<float> constant(shape.voxels(), 3.0F);
  CHECK(statistics_of({constant.data(), shape}).all.rms == 0);
}

TEST_CASE("sums over blocks leave out what is empty and what is left over") {
  std::vector<float> map(shape.voxels(), 2.0F);
  map[0] = 5;                                   // the first block
  map[(3 * shape.ny + 2) * shape.nx + 69] = 4;  // of the second layer, beyond the last whole block
  const BlockSums sums = block_sums({map.data(), shape}, {2, 2, 10}, 2.0F, 0.5);
  CHECK(sums.blocks == Shape{2, 3, 7});
  CHECK(sums.count[0] == 1);
  CHECK(sums.first[0] == 1.5);
  CHECK(sums.second[0] == 2.25);
  CHECK(sums.third[0] == 3.375);
  const std::size_t last = (1 * 3 + 1) * 7 + 6;
  CHECK(sums.count[last] == 1);
  CHECK(sums.first[last] == 1);
  CHECK_THROWS_AS(block_sums({map.data(), shape}, {6, 2, 2}, 0, 1), std::invalid_argument);
  CHECK_THROWS_AS(block_sums({map.data(), shape}, {0, 2, 2}, 0, 1), std::invalid_argument);
}

}  // namespace sharpem
