#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/threads.hpp"
#include "union_find.hpp"

namespace sharpem {
namespace {

using namespace testing;

/// Flood fill from each voxel not yet labelled, in z, y, x order.
Regions slow_regions(const std::vector<float>& map, const Shape& shape, Adjacency adjacency,
                     bool wrap) {
  Regions out{{}, std::vector<std::uint32_t>(map.size())};
  for (std::size_t start = 0; start < map.size(); ++start) {
    if (map[start] < 0.5f || out.labels[start] != 0) continue;
    out.sizes.push_back(0);
    const auto label = static_cast<std::uint32_t>(out.sizes.size());
    std::vector<std::size_t> open = {start};
    out.labels[start] = label;
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      ++out.sizes.back();
      for_touching(shape, position(shape, i), adjacency, wrap, [&](std::size_t j) {
        if (map[j] < 0.5f || out.labels[j] != 0) return;
        out.labels[j] = label;
        open.push_back(j);
      });
    }
  }
  return out;
}

void check_same(const std::vector<float>& map, const Shape& shape, Adjacency adjacency, bool wrap) {
  const BitMask mask = mask_of(map, shape);
  const Regions expected = slow_regions(map, shape, adjacency, wrap);
  for (const int limit : {1, 2, 3, 4}) {
    set_threads(limit);
    CHECK(count_regions(mask, adjacency, wrap) == expected.sizes.size());
    const Regions found = label_regions(mask, adjacency, wrap);
    CHECK(found.sizes == expected.sizes);
    CHECK(found.labels == expected.labels);
  }
  set_threads(0);
}

}  // namespace

TEST_CASE("union-find: the smallest member is the root, whatever the order") {
  std::vector<std::uint32_t> parents{0, 1, 2, 3, 4, 5};
  std::uint32_t* sets = parents.data();
  CHECK(join_sets(sets, 5, 4) == 1);
  CHECK(join_sets(sets, 4, 2) == 1);
  CHECK(join_sets(sets, 2, 5) == 0);
  CHECK(join_sets(sets, 1, 0) == 1);
  CHECK(find_set(sets, 5) == 2);
  CHECK(find_set(sets, 1) == 0);
  CHECK(find_set(sets, 3) == 3);
}

TEST_CASE("empty box, full box, one voxel") {
  const Shape shape{3, 4, 65};
  std::vector<float> map(shape.voxels());
  for (const Adjacency adjacency : adjacencies) {
    for (const bool wrap : {false, true}) {
      CHECK(count_regions(mask_of(map, shape), adjacency, wrap) == 0);
      CHECK(label_regions(mask_of(map, shape), adjacency, wrap).sizes.empty());
      map[200] = 1;
      CHECK(count_regions(mask_of(map, shape), adjacency, wrap) == 1);
      map[200] = 0;
      const std::vector<float> full(map.size(), 1);
      CHECK(label_regions(mask_of(full, shape), adjacency, wrap).sizes ==
            std::vector<std::size_t>{map.size()});
    }
  }
}

TEST_CASE("a checkerboard is in single voxels by faces, in one piece by edges") {
  const Shape shape{6, 4, 66};
  std::vector<float> map(shape.voxels());
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto at = position(shape, i);
    map[i] = static_cast<float>((at[0] + at[1] + at[2]) % 2);
  }
  const BitMask mask = mask_of(map, shape);
  for (const bool wrap : {false, true}) {
    CHECK(count_regions(mask, Adjacency::face, wrap) == map.size() / 2);
    CHECK(count_regions(mask, Adjacency::edge, wrap) == 1);
    CHECK(count_regions(mask, Adjacency::corner, wrap) == 1);
  }
}

TEST_CASE("two voxels that share a corner, or only across opposite faces of the box") {
  const Shape shape{4, 5, 70};
  std::vector<float> map(shape.voxels());
  const auto at = [&](std::size_t z, std::size_t y, std::size_t x) -> float& {
    return map[z * shape.plane() + y * shape.nx + x];
  };
  SUBCASE("corner, across the border between two words") {
    at(1, 2, 63) = at(2, 3, 64) = 1;
    CHECK(count_regions(mask_of(map, shape), Adjacency::face, false) == 2);
    CHECK(count_regions(mask_of(map, shape), Adjacency::edge, false) == 2);
    CHECK(count_regions(mask_of(map, shape), Adjacency::corner, false) == 1);
  }
  SUBCASE("opposite corners of the box") {
    at(0, 0, 0) = at(3, 4, 69) = 1;
    CHECK(count_regions(mask_of(map, shape), Adjacency::corner, false) == 2);
    CHECK(count_regions(mask_of(map, shape), Adjacency::edge, true) == 2);
    CHECK(count_regions(mask_of(map, shape), Adjacency::corner, true) == 1);
  }
  SUBCASE("ends of a row") {
    at(1, 1, 0) = at(1, 1, 69) = 1;
    CHECK(count_regions(mask_of(map, shape), Adjacency::corner, false) == 2);
    CHECK(count_regions(mask_of(map, shape), Adjacency::face, true) == 1);
  }
}

TEST_CASE("labels follow the first voxels, also where a region is joined late") {
  // A region that starts second but reaches, far down, one that starts third.
  const Shape shape{40, 1, 5};
  std::vector<float> map(shape.voxels());
  map[0] = 1;
  for (std::size_t z = 1; z < 40; ++z) map[z * 5 + 2] = map[z * 5 + 4] = 1;
  map[39 * 5 + 3] = 1;
  const Regions found = label_regions(mask_of(map, shape), Adjacency::face, false);
  CHECK(found.sizes == std::vector<std::size_t>{1, 79});
  CHECK(found.labels[0] == 1);
  CHECK(found.labels[5 + 2] == 2);
  CHECK(found.labels[5 + 4] == 2);
  CHECK(found.labels[5 + 3] == 0);
}

TEST_CASE("random maps: the same as a flood fill, for any number of threads") {
  std::uint64_t seed = 100;
  for (const Shape& shape : odd_shapes) {
    for (const float dense : {0.05f, 0.2f, 0.4f, 0.8f}) {
      std::vector<float> map = random_map(shape, ++seed);
      for (float& value : map) value = value < dense;
      CAPTURE(shape.nz);
      CAPTURE(shape.ny);
      CAPTURE(shape.nx);
      for (const Adjacency adjacency : adjacencies) {
        for (const bool wrap : {false, true}) check_same(map, shape, adjacency, wrap);
      }
    }
  }
}

}  // namespace sharpem
