#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/surface.hpp"
#include "sharpem/threads.hpp"

namespace sharpem {
namespace {

using namespace testing;

std::size_t slow_surface(const BitMask& mask, const std::vector<float>& map, Adjacency adjacency,
                         bool wrap) {
  const Shape shape = mask.shape();
  std::size_t n = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (map[i] >= 0.5f) continue;
    bool touches = false;
    for_touching(shape, position(shape, i), adjacency, wrap,
                 [&](std::size_t j) { touches = touches || map[j] >= 0.5f; });
    n += touches;
  }
  return n;
}

}  // namespace

TEST_CASE("one voxel has 6, 18 or 26 neighbours, fewer in a corner of an open box") {
  const Shape shape{5, 6, 70};
  std::vector<float> map(shape.voxels());
  SUBCASE("in the middle, beside the border between two words") {
    map[2 * shape.plane() + 3 * shape.nx + 63] = 1;
    for (const bool wrap : {false, true}) {
      CHECK(surface_voxels(mask_of(map, shape), Adjacency::face, wrap) == 6);
      CHECK(surface_voxels(mask_of(map, shape), Adjacency::edge, wrap) == 18);
      CHECK(surface_voxels(mask_of(map, shape), Adjacency::corner, wrap) == 26);
    }
  }
  SUBCASE("in the last corner") {
    map.back() = 1;
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::face, false) == 3);
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::edge, false) == 6);
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::corner, false) == 7);
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::face, true) == 6);
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::edge, true) == 18);
    CHECK(surface_voxels(mask_of(map, shape), Adjacency::corner, true) == 26);
  }
}

TEST_CASE("a box of a x b x c voxels") {
  const Shape shape{12, 14, 80};
  const std::size_t a = 4, b = 5, c = 60;
  std::vector<float> map(shape.voxels());
  for (std::size_t z = 0; z < a; ++z)
    for (std::size_t y = 0; y < b; ++y)
      for (std::size_t x = 0; x < c; ++x) map[(z + 3) * shape.plane() + (y + 4) * 80 + x + 10] = 1;
  const BitMask mask = mask_of(map, shape);
  const std::size_t faces = 2 * (a * b + b * c + a * c), edges = 4 * (a + b + c);
  CHECK(surface_voxels(mask, Adjacency::face, false) == faces);
  CHECK(surface_voxels(mask, Adjacency::edge, false) == faces + edges);
  CHECK(surface_voxels(mask, Adjacency::corner, false) == faces + edges + 8);
}

TEST_CASE("a large sphere: its area times the mean thickness of the layer") {
  const Shape shape{72, 72, 72};
  const double r = 30, area = 4 * std::acos(-1.0) * r * r;
  std::vector<float> map(shape.voxels());
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto at = position(shape, i);
    const double z = at[0] - 35.5, y = at[1] - 35.5, x = at[2] - 35.5;
    map[i] = x * x + y * y + z * z <= r * r;
  }
  const auto ratio = [&, mask = mask_of(map, shape)](Adjacency adjacency) {
    return static_cast<double>(surface_voxels(mask, adjacency, false)) / area;
  };
  // Across a plane with normal n the layer of 6 neighbours is max |n_i| thick, that of 26 sum
  // |n_i|: 0.83 and 1.5 on average over all directions, a little more with the sphere's curvature.
  CHECK(ratio(Adjacency::face) == doctest::Approx(0.85).epsilon(0.03));
  CHECK(ratio(Adjacency::corner) == doctest::Approx(1.55).epsilon(0.03));
}

TEST_CASE("a checkerboard touches all of its outside; full and empty boxes have no surface") {
  const Shape shape{4, 6, 66};
  std::vector<float> map(shape.voxels());
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto at = position(shape, i);
    map[i] = static_cast<float>((at[0] + at[1] + at[2]) % 2);
  }
  const std::vector<float> full(map.size(), 1), empty(map.size(), 0);
  for (const Adjacency adjacency : adjacencies) {
    for (const bool wrap : {false, true}) {
      CHECK(surface_voxels(mask_of(map, shape), adjacency, wrap) == map.size() / 2);
      CHECK(surface_voxels(mask_of(full, shape), adjacency, wrap) == 0);
      CHECK(surface_voxels(mask_of(empty, shape), adjacency, wrap) == 0);
    }
  }
}

TEST_CASE("random maps: the same as looking at every neighbour, for any number of threads") {
  std::uint64_t seed = 1;
  for (const Shape& shape : odd_shapes) {
    for (const float dense : {0.03f, 0.3f, 0.8f}) {
      std::vector<float> map = random_map(shape, ++seed);
      for (float& value : map) value = value < dense;
      const BitMask mask = mask_of(map, shape);
      CAPTURE(shape.nz);
      CAPTURE(shape.ny);
      CAPTURE(shape.nx);
      for (const Adjacency adjacency : adjacencies) {
        for (const bool wrap : {false, true}) {
          const std::size_t expected = slow_surface(mask, map, adjacency, wrap);
          for (const int limit : {1, 2, 3, 4}) {
            set_threads(limit);
            CHECK(surface_voxels(mask, adjacency, wrap) == expected);
          }
        }
      }
    }
  }
  set_threads(0);
}

}  // namespace sharpem
