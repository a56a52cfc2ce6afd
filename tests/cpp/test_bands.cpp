#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "sharpem/bands.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using namespace sharpem;
using namespace sharpem::testing;

namespace {

const Shape grid{40, 36, 44};
const UnitCell cell{44, 36, 40, 90, 90, 90};
constexpr double d_min = 2.5;
constexpr std::array<double, 3> sigma{5, 5, 5};

/// A tent from 0.1 to 0.3 1/A, or what it leaves of 1.
RadialCurve tent(bool rest = false) {
  return {[rest](double s) {
            const double t = std::max(0.0, 1 - std::abs(s - 0.2) / 0.1);
            return rest ? 1 - t : t;
          },
          1 / d_min};
}

Field even(float value, std::size_t step) {
  const Shape lattice = lattice_over(grid, step);
  return {lattice, step, std::vector<float>(lattice.voxels(), value)};
}

double mean_square(const Map& map) {
  double sum = 0;
  for (const float value : map.data) sum += static_cast<double>(value) * value;
  return sum / static_cast<double>(map.data.size());
}

}  // namespace

TEST_CASE("bands that add up to 1 add up to the map") {
  const Spectrum spectrum = analyse(noise(grid, 1).view(), cell, d_min);
  Map whole(grid), out(grid);
  synthesise(spectrum, whole.out());
  add_bands(spectrum, {tent(), tent(true)}, {even(1, 3), even(1, 4)}, out.out());
  CHECK(largest_difference(out, whole) < 1e-5);
}

TEST_CASE("a band follows its field") {
  const Spectrum spectrum = analyse(noise(grid, 2).view(), cell, d_min);
  const Field field = field_of({{{10, 10, 10}, 3}, {{30, 25, 30}, -1}}, grid, 12, 0.05, 2);
  Map values(grid), out(grid);
  expand_field(field, values.out());
  Map expected = synthesised(spectrum, tent());
  for (std::size_t i = 0; i < out.data.size(); ++i) expected.data[i] *= values.data[i];
  add_bands(spectrum, {tent()}, {field}, out.out());
  CHECK(largest_difference(out, expected) < 1e-6);
}

TEST_CASE("under a wide window the local power is that of the map") {
  const Spectrum spectrum = analyse(noise(grid, 3).view(), cell, d_min);
  const double expected = mean_square(synthesised(spectrum, tent()));
  const Field found = local_product(spectrum, spectrum, tent(), 3, {1e4, 1e4, 1e4});
  for (const float value : found.values) CHECK(value == doctest::Approx(expected).epsilon(1e-4));
}

TEST_CASE("the power is found where it is, and products of opposite maps are negative") {
  Map map = noise(grid, 4), opposite(grid);
  for (std::size_t i = grid.voxels() / 2; i < grid.voxels(); ++i) map.data[i] = 0;
  for (std::size_t i = 0; i < grid.voxels(); ++i) opposite.data[i] = -map.data[i];
  const Spectrum one = analyse(map.view(), cell, d_min);
  const Spectrum two = analyse(opposite.view(), cell, d_min);
  const Field power = local_product(one, one, tent(), 4, {2, 5, 5});
  const std::size_t plane = power.shape.plane(), middle = plane / 2;
  CHECK(power.values[2 * plane + middle] > 20 * power.values[8 * plane + middle]);
  const Field product = local_product(one, two, tent(), 4, {2, 5, 5});
  const double expected = -power.values[2 * plane + middle];
  CHECK(product.values[2 * plane + middle] == doctest::Approx(expected).epsilon(1e-5));
}

TEST_CASE("bands do not depend on the number of threads") {
  const Spectrum spectrum = analyse(noise(grid, 5).view(), cell, d_min);
  std::vector<Field> fields;
  std::vector<Map> maps;
  for (const int n : {1, 3}) {
    set_threads(n);
    fields.push_back(local_product(spectrum, spectrum, tent(), 3, sigma));
    maps.emplace_back(grid);
    add_bands(spectrum, {tent(), tent(true)}, {fields.back(), fields.back()}, maps.back().out());
  }
  set_threads(0);
  CHECK(fields[0].values == fields[1].values);
  CHECK(maps[0].data == maps[1].data);
}

TEST_CASE("bands, fields and windows that do not go together are refused") {
  const Spectrum spectrum = analyse(noise(grid, 6).view(), cell, d_min);
  Map out(grid);
  CHECK_THROWS_AS(add_bands(spectrum, {tent()}, {}, out.out()), std::invalid_argument);
  const Field small{{2, 2, 2}, 3, std::vector<float>(8)};
  CHECK_THROWS_AS(add_bands(spectrum, {tent()}, {small}, out.out()), std::invalid_argument);
  CHECK_THROWS_AS(local_product(spectrum, spectrum, tent(), 0, sigma), std::invalid_argument);
  CHECK_THROWS_AS(local_product(spectrum, spectrum, tent(), 3, {5, 0, 5}), std::invalid_argument);
}
