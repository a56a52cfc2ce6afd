#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sharpem/blend.hpp"
#include "sharpem/threads.hpp"
#include "spectral.hpp"

using namespace sharpem;
using namespace sharpem::testing;

namespace {

const Shape grid{40, 36, 44};
const UnitCell cell{44, 36, 40, 90, 90, 90};
constexpr double d_min = 2.5;

RadialCurve filter_of(double b) { return RadialCurve(SharpenBlur{b, 200, 3, 10}, 1 / d_min); }

Map filtered(const Spectrum& spectrum, double b) { return synthesised(spectrum, filter_of(b)); }

double deviation(const Map& map) {
  double sum = 0, squares = 0;
  for (const float value : map.data) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto n = static_cast<double>(map.data.size());
  return std::sqrt(squares / n - sum / n * (sum / n));
}

}  // namespace

TEST_CASE("boxes with one filter blend to the map filtered as a whole: no seams") {
  // blurred: the step at d_cut of a filter that sharpens would reach further than any padding
  const auto ripples = [](double x, double y, double z) {
    return std::sin(2 * pi * (7 * x + 3 * y)) * std::cos(2 * pi * 6 * z) +
           std::sin(2 * pi * (9 * z - 5 * x));
  };
  const Map map = sampled(grid, ripples);
  const Spectrum spectrum = analyse(map.view(), cell, d_min);
  BoxSet boxes{{16, 16, 16}, {}, 4};
  for (const std::size_t z : {0U, 8U, 16U, 24U}) {
    for (const std::size_t y : {0U, 10U, 20U}) {
      for (const std::size_t x : {0U, 9U, 18U, 28U}) boxes.first.push_back({z, y, x});
    }
  }
  const std::vector<RadialCurve> filters(boxes.first.size(), filter_of(-60));
  const Map whole = filtered(spectrum, -60);
  Map out = whole;  // at the map's faces no box has weight
  blend_boxes(map.view(), cell, boxes, 12, filters, 8, 1e-4, out.out());
  CHECK(largest_difference(out, whole) < 1e-2 * deviation(whole));
}

TEST_CASE("where no box reaches the overall map stays") {
  const Map map = noise(grid, 3);
  const Spectrum spectrum = analyse(map.view(), cell, d_min);
  const BoxSet boxes{{12, 12, 12}, {{2, 2, 2}}, 3};
  const Map overall = filtered(spectrum, 0);
  Map out = overall;
  blend_boxes(map.view(), cell, boxes, 6, {filter_of(120)}, 6, 1e-4, out.out());
  const std::size_t outside = (20 * grid.ny + 20) * grid.nx + 20,
                    inside = (8 * grid.ny + 8) * grid.nx + 8;
  CHECK(out.data[outside] == doctest::Approx(overall.data[outside]).epsilon(1e-6));
  CHECK(std::abs(out.data[inside] - overall.data[inside]) > 0.01);
}

TEST_CASE("blends do not depend on the number of threads") {
  const Map map = noise(grid, 4);
  const Spectrum spectrum = analyse(map.view(), cell, d_min);
  const BoxSet boxes{{14, 14, 14}, {{0, 0, 0}, {10, 9, 12}, {26, 22, 30}, {5, 20, 8}}, 3};
  const std::vector<RadialCurve> filters{filter_of(10), filter_of(40), filter_of(-30),
                                         filter_of(80)};
  std::vector<Map> blends;
  for (const int n : {1, 3}) {
    set_threads(n);
    blends.push_back(filtered(spectrum, 0));
    blend_boxes(map.view(), cell, boxes, 6, filters, 6, 1e-4, blends.back().out());
  }
  set_threads(0);
  CHECK(blends[0].data == blends[1].data);
}
