// Coefficients inside a mask, random phases and sums over directions.
#include <doctest/doctest.h>

#include <stdexcept>

#include "sharpem/directions.hpp"
#include "sharpem/masked.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

Map made_of(const Spectrum& spectrum) {
  Map map = noise(spectrum.grid(), 9);
  synthesise(spectrum, {map.data.data(), spectrum.grid()});
  return map;
}

}  // namespace

TEST_CASE("inside a mask a spectrum is that of map times mask, also where whole planes are 0") {
  const Shape shape{12, 10, 9};
  Map mask = noise(shape, 2);
  std::fill_n(mask.data.begin() + 270, 180, 0.0F);  // two planes of 90
  Spectrum spectrum = analyse(noise(shape, 1).view(), triclinic, 2.9);
  const RadialCurve one({0.0, 1.0}, {1.0, 1.0}, spectrum.s_max());
  Map product = made_of(spectrum);
  const auto mean = static_cast<float>(spectrum.mean());
  for (std::size_t i = 0; i < product.data.size(); ++i) {
    product.data[i] = (product.data[i] - mean) * mask.data[i];
  }
  const Map expected = made_of(analyse(product.view(), triclinic, 2.9));
  multiply_by_mask(spectrum, one, mask.view());
  const Map found = made_of(spectrum);
  for (std::size_t i = 0; i < found.data.size(); ++i) {
    CHECK(found.data[i] == Approx(expected.data[i]).epsilon(1e-3));
  }
  CHECK_THROWS_AS(multiply_by_mask(spectrum, one, noise({12, 10, 8}, 2).view()),
                  std::invalid_argument);
}

TEST_CASE("masks, random phases and directions are the same for any number of threads") {
  const Shape shape{20, 18, 21};
  const Map map = noise(shape, 1), mask = noise(shape, 2);
  const auto run = [&](int threads) {
    set_threads(threads);
    Spectrum spectrum = analyse(map.view(), triclinic, 2.9);
    randomise_phases(spectrum, 6, 5);
    multiply_by_mask(spectrum, RadialCurve({0.0, 1.0}, {1.0, 2.0}, spectrum.s_max()), mask.view());
    apply_directional(spectrum, {0.1, 0.3}, {Harmonics{0, 0.3, 0.2}, Harmonics{0.1, 0, 0, 0.2}});
    const DirectionSums sums = direction_sums(spectrum, spectrum, {0.05, 0.2, 0.34});
    set_threads(0);
    return std::make_pair(made_of(spectrum).data, sums.cross);
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("what is no resolution, no shells or no table is refused") {
  Spectrum spectrum = analyse(noise({8, 8, 8}, 1).view(), triclinic, 2.9);
  CHECK_THROWS_AS(randomise_phases(spectrum, 0, 1), std::invalid_argument);
  CHECK_THROWS_AS(direction_sums(spectrum, spectrum, {0.1}), std::invalid_argument);
  CHECK_THROWS_AS(apply_directional(spectrum, {}, {}), std::invalid_argument);
  CHECK_THROWS_AS(apply_directional(spectrum, {0.2, 0.1}, {Harmonics{}, Harmonics{}}),
                  std::invalid_argument);
}
