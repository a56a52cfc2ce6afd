#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "sharpem/molecule.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

const UnitCell cube{40, 40, 40, 90, 90, 90};

Map local(const Map& map, const UnitCell& cell, double radius, double centre) {
  Map out(map.shape);
  local_mean_square(map.view(), cell, radius, centre, out.out());
  return out;
}

double largest(const Map& map) { return *std::max_element(map.data.begin(), map.data.end()); }

/// The same with every Fourier term.
Map local_in_full(const Map& map, const UnitCell& cell, double radius, double centre) {
  Map squared = map;
  for (float& value : squared.data) value = std::pow(value - static_cast<float>(centre), 2.0F);
  const RadialCurve sphere([&](double s) { return sphere_factor(radius, s); }, 5);
  synthesise(analyse(squared.view(), cell, 0), sphere, squared.out());
  return squared;
}

}  // namespace

TEST_CASE("a constant map has its squared distance from the centre everywhere") {
  const Map out =
      local(sampled({10, 11, 12}, [](double, double, double) { return 5; }), triclinic, 6, 2);
  for (const float value : out.data) CHECK(value == Approx(9));
}

TEST_CASE("a wave: its square has a mean and one wave, weighted by the sphere's transform") {
  const Map map =
      sampled({40, 40, 40}, [](double x, double, double) { return std::cos(2 * pi * 3 * x); });
  const double radius = 4;
  const Map out = local(map, cube, radius, 0);
  const double weight = sphere_factor(radius, 6 / 40.0);
  const Map expected = sampled(map.shape, [&](double x, double, double) {
    return 0.5 + 0.5 * weight * std::cos(2 * pi * 6 * x);
  });
  CHECK(largest_difference(out, expected) < 1e-5);
}

TEST_CASE("the limit on Fourier terms costs less than 1 % of the maximum") {
  const double resolution = 3;
  const Spectrum limited = analyse(noise({60, 60, 60}, 1).view(), cube, resolution);
  Map map({60, 60, 60});
  synthesise(limited, map.out());
  // Density in the middle, solvent around it.
  const Map window = sampled(map.shape, [](double x, double y, double z) {
    const double r = std::sqrt(std::pow(x - 0.5, 2) + std::pow(y - 0.5, 2) + std::pow(z - 0.5, 2));
    return 1 / (1 + std::exp((r - 0.3) * 60));
  });
  for (std::size_t i = 0; i < map.data.size(); ++i) map.data[i] *= window.data[i];
  for (const double radius : {1.5 * resolution, 2.5 * resolution}) {
    const Map out = local(map, cube, radius, 0);
    CHECK(largest_difference(out, local_in_full(map, cube, radius, 0)) < 0.01 * largest(out));
    CHECK(*std::min_element(out.data.begin(), out.data.end()) >= 0);
    CHECK(out.data[0] < 0.02 * largest(out));
  }
}

TEST_CASE("the output may be the map itself, and threads change nothing") {
  const Map map = noise({20, 21, 22}, 2);
  set_threads(1);
  const Map one = local(map, triclinic, 5, 0.3);
  set_threads(3);
  Map same = map;
  local_mean_square(same.view(), triclinic, 5, 0.3, same.out());
  CHECK(largest_difference(one, same) == 0);
  set_threads(0);
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < one.data.size(); ++i) {
    mean += one.data[i];
    variance += std::pow(map.data[i] - 0.3, 2);
  }
  CHECK(mean == Approx(variance).epsilon(1e-4));
}

TEST_CASE("impossible radii and outputs are refused") {
  Map map({4, 4, 4}), other({4, 4, 5});
  CHECK_THROWS_AS(local(map, cube, 0, 0), std::invalid_argument);
  CHECK_THROWS_AS(local(map, cube, std::numeric_limits<double>::infinity(), 0),
                  std::invalid_argument);
  CHECK_THROWS_AS(local_mean_square(map.view(), cube, 3, 0, other.out()), std::invalid_argument);
}
