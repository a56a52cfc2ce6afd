#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

using namespace testing;

const Shape grid{18, 20, 15};
const UnitCell cell{15, 20, 18, 90, 90, 90};

bool same(const Detail& a, const Detail& b) {
  return a.threshold == b.threshold && a.voxels_inside == b.voxels_inside &&
         a.surface_area == b.surface_area && a.regions == b.regions && a.kurtosis == b.kurtosis;
}

std::vector<RadialCurve> filters() {
  std::vector<RadialCurve> curves;
  for (const double b : {-60.0, 0.0, 40.0, 120.0}) {
    SharpenBlur filter;
    filter.b_sharpen = b;
    filter.d_cut = 3;
    curves.emplace_back(filter, 0.6);
  }
  return curves;
}

}  // namespace

TEST_CASE("detail of a map is that of its contour") {
  std::vector<float> map(grid.voxels());
  map[0] = 3;
  map[7 * grid.plane() + 8 * grid.nx + 9] = 2;
  map[7 * grid.plane() + 9 * grid.nx + 10] = 1;
  Detail found = detail_of({map.data(), grid}, 3);
  CHECK(found.threshold == 1);
  CHECK(found.voxels_inside == 3);
  CHECK(found.surface_area == 3 + 6 + 4);
  CHECK(found.regions == 3);
  const DetailOptions options{Adjacency::face, Adjacency::edge, true};
  found = detail_of({map.data(), grid}, 3, options);
  CHECK(found.surface_area == 6 + 6 + 4);
  CHECK(found.regions == 2);
}

TEST_CASE("a scan gives the detail of the filtered maps, whatever the mean and the threads") {
  const std::vector<float> map = random_map(grid, 31);
  Spectrum spectrum = analyse({map.data(), grid}, cell, 2.5);
  const DetailOptions options{Adjacency::corner, Adjacency::face, true};
  set_threads(1);
  const std::vector<Detail> found = scan_filters(spectrum, filters(), 400, options);
  for (const int limit : {2, 3, 4}) {
    set_threads(limit);
    const std::vector<Detail> again = scan_filters(spectrum, filters(), 400, options);
    REQUIRE(again.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(same(again[i], found[i]));
  }
  set_threads(0);

  REQUIRE(spectrum.mean() == doctest::Approx(0.5).epsilon(0.05));
  spectrum.row(0, 0)[0] = 0;
  std::vector<float> filtered(map.size());
  for (std::size_t i = 0; i < 4; ++i) {
    const std::vector<RadialCurve> curves = filters();
    synthesise(spectrum, curves[i], {filtered.data(), grid});
    CHECK(same(found[i], detail_of(VolumeView{filtered.data(), grid}, 400, options)));
  }
  CHECK(found[3].surface_area > found[0].surface_area);  // sharpening adds detail
  CHECK(found[3].regions > found[0].regions);
}

TEST_CASE("several contours of one transform are those of one contour each") {
  const std::vector<float> map = random_map(grid, 32);
  const Spectrum spectrum = analyse({map.data(), grid}, cell, 2.5);
  const std::vector<std::size_t> voxels{300, 400, 300};
  DetailOptions options;
  const auto all = scan_filters(spectrum, filters(), voxels, options);
  options.kurtosis = false;
  const auto without = scan_filters(spectrum, filters(), voxels, options);
  REQUIRE(all.size() == 4);
  for (std::size_t j = 0; j < voxels.size(); ++j) {
    const std::vector<Detail> one = scan_filters(spectrum, filters(), voxels[j]);
    for (std::size_t i = 0; i < all.size(); ++i) {
      REQUIRE(all[i].size() == voxels.size());
      CHECK(same(all[i][j], one[i]));
      CHECK(std::isnan(without[i][j].kurtosis));
      Detail completed = without[i][j];
      completed.kurtosis = one[i].kurtosis;
      CHECK(same(completed, one[i]));
    }
  }
  CHECK(scan_filters(spectrum, filters(), std::vector<std::size_t>{}).front().empty());
}

TEST_CASE("no filters, no details; too many voxels are refused") {
  const Spectrum spectrum(grid, cell, 2.5);
  CHECK(scan_filters(spectrum, {}, 400, {}).empty());
  CHECK_THROWS_AS(scan_filters(spectrum, filters(), grid.voxels() + 1, {}), std::invalid_argument);
}

}  // namespace sharpem
