#include <doctest/doctest.h>

#include <random>
#include <stdexcept>
#include <vector>

#include "sharpem/molecule.hpp"
#include "sharpem/reference.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

const Shape grid{40, 40, 40};

/// Values about 1 in the solvent and about 25 in the first tenth of the planes.
std::vector<float> two_levels() {
  std::vector<float> map(grid.voxels());
  std::mt19937 random(3);  // NOLINT: the same map every time
  std::normal_distribution<float> spread(1, 0.05F);
  for (std::size_t i = 0; i < map.size(); ++i) {
    map[i] = (i < map.size() / 10 ? 25.0F : 1.0F) * spread(random);
  }
  return map;
}

}  // namespace

TEST_CASE("two levels and the share of the upper one") {
  const std::vector<float> map = two_levels();
  const VarianceLevels levels = variance_levels({map.data(), grid});
  CHECK(levels.solvent == doctest::Approx(1).epsilon(0.01));
  CHECK(levels.molecule == doctest::Approx(25).epsilon(0.01));
  CHECK(levels.fraction == doctest::Approx(0.1).epsilon(0.01));
  set_threads(1);
  CHECK(variance_levels({map.data(), grid}).fraction == levels.fraction);
  set_threads(0);
}

TEST_CASE("a map without two levels has an answer too") {
  const std::vector<float> map(grid.voxels(), 0);
  const VarianceLevels levels = variance_levels({map.data(), grid});
  CHECK(levels.fraction > 0);
  CHECK(levels.fraction <= 1);
  CHECK_THROWS_AS(variance_levels({nullptr, grid}), std::invalid_argument);
}

TEST_CASE("the local variance of a map is that of its mean square, on a coarser grid") {
  const UnitCell cell{40, 40, 40, 90, 90, 90};
  CHECK(coarse_grid(grid, cell, 5) == Shape{20, 20, 20});    // voxels of 2 A
  CHECK(coarse_grid(grid, cell, 4.6) == Shape{24, 24, 24});  // 22 is 2 x 11
  CHECK(coarse_grid(grid, cell, 2) == grid);
  CHECK_THROWS_AS(coarse_grid(grid, cell, 0), std::invalid_argument);

  const std::vector<float> map = two_levels();
  const Spectrum spectrum = analyse({map.data(), grid}, cell, 4);
  const LocalVariance found = local_variance(spectrum, 5, 6);
  REQUIRE(found.shape == Shape{20, 20, 20});
  std::vector<float> coarse(found.data.size());
  const MutableVolumeView view{coarse.data(), found.shape};
  synthesise(resampled(spectrum, found.shape, 5), view);
  local_mean_square(view, cell, 6, spectrum.mean(), view);
  CHECK(coarse == found.data);
}

TEST_CASE("a typical protein scatters less and less") {
  const Profile& protein = typical_protein();
  REQUIRE(protein.s.size() == protein.value.size());
  CHECK(protein.s.front() == 0.02);
  CHECK(protein.s.back() == 0.8);
  CHECK(protein.value.front() > protein.value.back());
  CHECK(coarsest_of_fit(3) == 11);
  CHECK(coarsest_of_fit(7) == 14);
}

}  // namespace sharpem
