#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
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

TEST_CASE("a field at a node gives that node's map exactly") {
  const Spectrum spectrum = analyse(noise(grid, 1).view(), cell, d_min);
  Map out(grid);
  const Field nothing = field_of({}, grid, 8, 0.01, 4);
  filter_by_field(spectrum, {-20, 0, 35}, {filter_of(-20), filter_of(0), filter_of(35)}, nothing,
                  out.out());
  CHECK(largest_difference(out, filtered(spectrum, 0)) == 0);
  filter_by_field(spectrum, {35}, {filter_of(35)}, nothing, out.out());
  CHECK(largest_difference(out, filtered(spectrum, 35)) == 0);
}

TEST_CASE("between nodes two maps are mixed voxel by voxel") {
  const Spectrum spectrum = analyse(noise(grid, 2).view(), cell, d_min);
  const std::vector<Site> sites{{{10, 10, 10}, 30}, {{30, 25, 30}, -15}};
  const Field field = field_of(sites, grid, 12, 0.05, 2);
  Map out(grid), values(grid);
  filter_by_field(spectrum, {-20, 5, 35}, {filter_of(-20), filter_of(5), filter_of(35)}, field,
                  out.out());
  expand_field(field, values.out());
  const Map low = filtered(spectrum, -20), mid = filtered(spectrum, 5),
            high = filtered(spectrum, 35);
  double worst = 0;
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    const double v = values.data[i];
    const double t = v < 5 ? (v + 20) / 25 : (v - 5) / 30;
    const double expected =
        v < 5 ? (1 - t) * low.data[i] + t * mid.data[i] : (1 - t) * mid.data[i] + t * high.data[i];
    worst = std::max(worst, std::abs(expected - out.data[i]));
  }
  CHECK(worst < 1e-5 * deviation(mid));
}

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
  const Field field = field_of({{{10, 10, 10}, 30}, {{30, 25, 30}, -15}}, grid, 12, 0.05, 2);
  std::vector<Map> blends, mixes;
  for (const int n : {1, 3}) {
    set_threads(n);
    blends.push_back(filtered(spectrum, 0));
    blend_boxes(map.view(), cell, boxes, 6, filters, 6, 1e-4, blends.back().out());
    mixes.emplace_back(grid);
    filter_by_field(spectrum, {-20, 35}, {filter_of(-20), filter_of(35)}, field,
                    mixes.back().out());
  }
  set_threads(0);
  CHECK(blends[0].data == blends[1].data);
  CHECK(mixes[0].data == mixes[1].data);
}

TEST_CASE("nodes and filters that do not go together are refused") {
  const Spectrum spectrum = analyse(noise(grid, 5).view(), cell, d_min);
  const Field field = field_of({}, grid, 8, 0.01, 4);
  Map out(grid);
  CHECK_THROWS_AS(filter_by_field(spectrum, {1, 1}, {filter_of(1), filter_of(1)}, field, out.out()),
                  std::invalid_argument);
  CHECK_THROWS_AS(filter_by_field(spectrum, {1}, {}, field, out.out()), std::invalid_argument);
}
