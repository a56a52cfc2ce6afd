// The library as a program sees it that includes all of it and uses its namespace.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sharpem/sharpem.hpp>
#include <tuple>
#include <vector>

using namespace std;
using namespace sharpem;

namespace {

// Names that programs have of their own, or from other libraries.
double apply(double x) { return x + 1; }
double mix(double x, double y) { return 0.5 * (x + y); }
double scan(double x) { return 2 * x; }
double inside(double x) { return x; }
double expand(double x) { return 3 * x; }
double quadratic(double x) { return x * x; }
const int threads = 2;

}  // namespace

TEST_CASE("wide names are the program's own") {
  CHECK(apply(mix(scan(1), inside(expand(quadratic(2))))) == 8);
  CHECK(threads == 2);
}

TEST_CASE("a map is sharpened, scanned and contoured by plain views alone") {
  const Shape shape{24, 20, 28};
  vector<float> voxels(shape.voxels());
  for (size_t i = 0; i < voxels.size(); ++i) {
    voxels[i] = static_cast<float>(sin(0.37 * static_cast<double>(i)) +
                                   cos(0.011 * static_cast<double>(i)));
  }
  const MutableVolumeView map{voxels.data(), shape};
  const Spectrum spectrum = analyse(map, {28, 20, 24}, 2.5);
  const RadialCurve curve(SharpenBlur{50, 200, 3, 10}, spectrum);
  CHECK(scan_filters(spectrum, {curve}, 500).front().voxels_inside == 500);
  synthesise(spectrum, curve, map);
  const Detail detail = detail_of(map, 500);
  const Contour contour = contour_of(map, 500);
  CHECK(contour.voxels_inside == 500);
  CHECK(surface_voxels(contour.inside, Adjacency::face, false) == detail.surface_area);
  CHECK(count_regions(inside_contour(map, contour.threshold), Adjacency::face, false) ==
        detail.regions);
}
