#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sharpem/boxes.hpp"
#include "sharpem/shells.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using namespace sharpem;
using namespace sharpem::testing;

namespace {

const Shape grid{30, 26, 34};
const UnitCell cell{34, 26, 30, 90, 90, 90};
const std::vector<double> edges{0.02, 0.1, 0.2, 0.3};

/// One box of a map behind its window, cut out the slow way.
Map slow_cut(const Map& map, const BoxSet& boxes, std::size_t i) {
  const auto wz = edge_window(boxes.shape.nz, boxes.edge);
  const auto wy = edge_window(boxes.shape.ny, boxes.edge);
  const auto wx = edge_window(boxes.shape.nx, boxes.edge);
  Map box(boxes.shape);
  double sum = 0, total = 0;
  const auto visit = [&](const auto& use) {
    std::size_t n = 0;
    for (std::size_t z = 0; z < boxes.shape.nz; ++z) {
      for (std::size_t y = 0; y < boxes.shape.ny; ++y) {
        for (std::size_t x = 0; x < boxes.shape.nx; ++x, ++n) {
          const auto& first = boxes.first[i];
          const std::size_t at =
              ((first[0] + z) * map.shape.ny + first[1] + y) * map.shape.nx + first[2] + x;
          use(n, wz[z] * wy[y] * wx[x], map.data[at]);
        }
      }
    }
  };
  visit([&](std::size_t /*n*/, float w, float value) {
    sum += static_cast<double>(w) * value;
    total += w;
  });
  const auto mean = static_cast<float>(sum / total);
  visit([&](std::size_t n, float w, float value) { box.data[n] = (value - mean) * w; });
  return box;
}

UnitCell cell_of(const Shape& box) {
  return {static_cast<double>(box.nx),
          static_cast<double>(box.ny),
          static_cast<double>(box.nz),
          90,
          90,
          90};
}

}  // namespace

TEST_CASE("the window rises to 1 within the edge and is symmetric") {
  const auto window = edge_window(9, 3);
  CHECK(window[0] == doctest::Approx(0.5 - 0.5 * std::cos(pi / 6)));
  CHECK(window[3] == 1.0F);
  for (std::size_t i = 0; i < 9; ++i) CHECK(window[i] == window[8 - i]);
  CHECK(edge_window(4, 0) == std::vector<float>(4, 1.0F));
}

TEST_CASE("sums of a box are those of its cut-out") {
  const Map one = noise(grid, 1), two = noise(grid, 2);
  const BoxSet boxes{{12, 14, 16}, {{0, 0, 0}, {18, 12, 18}, {5, 7, 3}}, 4};
  const BoxSums found = box_sums(one.view(), two.view(), cell, boxes, 3.0, edges);
  for (std::size_t i = 0; i < boxes.first.size(); ++i) {
    const Map a = slow_cut(one, boxes, i), b = slow_cut(two, boxes, i);
    const CrossSums expected = cross_sums(analyse(a.view(), cell_of(boxes.shape), 3.0),
                                          analyse(b.view(), cell_of(boxes.shape), 3.0), edges);
    for (std::size_t shell = 0; shell < 3; ++shell) {
      CHECK(found.cross[3 * i + shell] == doctest::Approx(expected.cross[shell]).epsilon(1e-4));
      CHECK(found.power_1[3 * i + shell] == doctest::Approx(expected.power_1[shell]).epsilon(1e-4));
      CHECK(found.power_2[3 * i + shell] == doctest::Approx(expected.power_2[shell]).epsilon(1e-4));
      CHECK(found.terms[shell] == expected.terms[shell]);
    }
  }
}

TEST_CASE("the scan of a box is that of its cut-out") {
  const Map map = noise(grid, 3);
  const BoxSet boxes{{12, 14, 16}, {{1, 2, 3}, {18, 12, 18}}, 4};
  const std::vector<RadialCurve> filters{RadialCurve(SharpenBlur{-40, 200, 3, 10}, 0.5),
                                         RadialCurve(SharpenBlur{40, 200, 3, 10}, 0.5)};
  const std::vector<std::size_t> voxels{100, 300};
  const auto found = box_scan(map.view(), cell, boxes, 3.0, filters, voxels);
  for (std::size_t i = 0; i < 2; ++i) {
    const Map box = slow_cut(map, boxes, i);
    const auto expected =
        scan_filters(analyse(box.view(), cell_of(boxes.shape), 3.0), filters, voxels[i]);
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(found[2 * i + j].voxels_inside == voxels[i]);
      CHECK(found[2 * i + j].surface_area > 0);
      CHECK(found[2 * i + j].threshold == doctest::Approx(expected[j].threshold).epsilon(1e-4));
    }
  }
}

TEST_CASE("boxes do not depend on the number of threads") {
  const Map map = noise(grid, 4);
  const BoxSet boxes{{12, 14, 16}, {{0, 0, 0}, {18, 12, 18}, {5, 7, 3}, {9, 1, 11}}, 6};
  const std::vector<RadialCurve> filters{RadialCurve(SharpenBlur{30, 200, 3, 10}, 0.5)};
  set_threads(1);
  const auto sums = box_sums(map.view(), map.view(), cell, boxes, 3.0, edges);
  const auto details = box_scan(map.view(), cell, boxes, 3.0, filters, {90, 80, 70, 60});
  set_threads(3);
  CHECK(box_sums(map.view(), map.view(), cell, boxes, 3.0, edges).power_1 == sums.power_1);
  const auto again = box_scan(map.view(), cell, boxes, 3.0, filters, {90, 80, 70, 60});
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(again[i].threshold == details[i].threshold);
    CHECK(again[i].surface_area == details[i].surface_area);
  }
  set_threads(0);
}

TEST_CASE("boxes that reach out of the map are refused") {
  const Map map = noise(grid, 5);
  const BoxSet boxes{{12, 14, 16}, {{19, 0, 0}}, 4};
  CHECK_THROWS_AS(box_sums(map.view(), map.view(), cell, boxes, 3.0, edges), std::invalid_argument);
  const BoxSet inside{{12, 14, 16}, {{0, 0, 0}}, 4};
  CHECK_THROWS_AS(box_scan(map.view(), cell, inside, 3.0, {}, {1, 2}), std::invalid_argument);
}
