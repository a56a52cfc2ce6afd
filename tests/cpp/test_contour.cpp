#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/contour.hpp"
#include "sharpem/threads.hpp"

namespace sharpem {
namespace {

using namespace testing;

double slow_kurtosis(const std::vector<float>& map) {
  const auto n = static_cast<double>(map.size());
  double mean = 0, second = 0, fourth = 0;
  for (const float value : map) mean += value / n;
  for (const float value : map) {
    const double square = (value - mean) * (value - mean);
    second += square / n;
    fourth += square * square / n;
  }
  return fourth / (second * second);
}

/// Contours of the n largest values against a sorted copy, for several n and numbers of threads.
void check_against_sort(const std::vector<float>& map, const Shape& shape,
                        const std::vector<std::size_t>& numbers) {
  std::vector<float> sorted = map;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const MapPlanes planes({map.data(), shape});
  for (const std::size_t n : numbers) {
    CAPTURE(n);
    const float expected = sorted[n - 1];
    const auto inside_number = static_cast<std::size_t>(std::count_if(
        map.begin(), map.end(), [expected](float value) { return value >= expected; }));
    for (const int limit : {1, 2, 3, 4}) {
      set_threads(limit);
      const Contour found = contour_of(planes, n);
      CHECK(found.threshold == expected);
      CHECK(found.voxels_inside == inside_number);
      CHECK(found.inside.count() == inside_number);
      bool same = true;
      for (std::size_t i = 0; i < map.size(); ++i) {
        const auto at = position(shape, i);
        const auto x = static_cast<std::size_t>(at[2]);
        const std::uint64_t* row =
            found.inside.row(static_cast<std::size_t>(at[0]), static_cast<std::size_t>(at[1]));
        same = same && (row[x / 64] >> (x % 64) & 1) == (map[i] >= expected);
      }
      CHECK(same);
    }
  }
  set_threads(0);
}

/// Counts how often planes are asked for.
class CountedPlanes final : public PlaneSource {
 public:
  explicit CountedPlanes(VolumeView map) : planes_(map) {}
  Shape shape() const override { return planes_.shape(); }
  const float* plane(std::size_t z, float* scratch) const override {
    ++asked;
    const float* from = planes_.plane(z, nullptr);
    return std::copy(from, from + shape().plane(), scratch) - shape().plane();
  }
  mutable std::atomic<std::size_t> asked{0};

 private:
  MapPlanes planes_;
};

/// A blob of noise in an empty box, wide or thin along z.
std::vector<float> blob(const Shape& shape, double radius_z, std::uint64_t seed) {
  std::vector<float> map = random_map(shape, seed);
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto at = position(shape, i);
    const double z = (at[0] - 0.4 * static_cast<double>(shape.nz)) / radius_z;
    const double y = at[1] / static_cast<double>(shape.ny) - 0.5;
    const double x = at[2] / static_cast<double>(shape.nx) - 0.5;
    map[i] *= static_cast<float>(std::exp(-0.5 * z * z - 8 * (x * x + y * y)));
  }
  return map;
}

const Shape medium{64, 33, 70};
const std::vector<std::size_t> numbers = {1, 2, 30, 739, 2956, 9000, 40000, 147839, 147840};

}  // namespace

TEST_CASE("a map of distinct values holds exactly what is asked for") {
  const Shape shape{2, 3, 4};
  std::vector<float> map(24);
  for (std::size_t i = 0; i < 24; ++i) map[i] = static_cast<float>((i * 7) % 24) - 12;
  for (std::size_t n = 1; n <= 24; ++n) {
    const Contour found = contour_of({map.data(), shape}, n);
    CHECK(found.threshold == 12 - static_cast<float>(n));
    CHECK(found.voxels_inside == n);
  }
}

TEST_CASE("odd shapes agree with sorting") {
  std::uint64_t seed = 200;
  for (const Shape& shape : odd_shapes) {
    CAPTURE(shape.nz);
    CAPTURE(shape.nx);
    const std::size_t n = shape.voxels();
    check_against_sort(random_map(shape, ++seed), shape, {1, (n + 9) / 10, (n + 1) / 2, n});
  }
}

TEST_CASE("larger maps of all kinds agree with sorting") {
  REQUIRE(medium.voxels() == numbers.back());
  std::vector<float> map = random_map(medium, 7);
  SUBCASE("even noise") {}
  SUBCASE("a blob") { map = blob(medium, 15, 8); }
  SUBCASE("a thin slab, that the sampled planes may miss") { map = blob(medium, 0.7, 9); }
  SUBCASE("mostly zeros") {
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (i % 23 != 0) map[i] = 0;
    }
  }
  SUBCASE("zeros and values of both signs") {
    for (float& value : map) value = std::max(value - 0.3f, 0.0f) - std::max(0.1f - value, 0.0f);
  }
  SUBCASE("ripples about zero outside a small molecule") {
    for (float& value : map) value -= 0.5f;
    for (std::size_t i = 0; i < map.size(); ++i) map[i] *= i % 50 == 0 ? 1.0f : 1e-7f;
  }
  SUBCASE("few levels: ties everywhere") {
    for (float& value : map) value = std::floor(value * 7) - 3;
  }
  SUBCASE("constant") { std::fill(map.begin(), map.end(), -0.1f); }
  SUBCASE("one voxel stands out") {
    std::fill(map.begin(), map.end(), 0.0f);
    map[100000] = 5;
  }
  SUBCASE("zeros of both signs are equal") {
    for (float& value : map) value = value < 0.5f ? -0.0f : 0.0f;
  }
  SUBCASE("denormal") {
    for (float& value : map) value *= 1e-40f;
  }
  SUBCASE("huge, of both signs") {
    for (float& value : map) value = (value - 0.5f) * 3e38f;
  }
  SUBCASE("ascending: every plane is different") {
    for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<float>(i);
  }
  check_against_sort(map, medium, numbers);
}

TEST_CASE("planes are computed about once") {
  const Shape shape{120, 40, 50};
  const std::vector<float> map = blob(shape, 30, 11);
  const CountedPlanes planes({map.data(), shape});
  const Contour found = contour_of(planes, shape.voxels() / 50);
  CHECK(found.voxels_inside == shape.voxels() / 50);
  CHECK(planes.asked >= 120);
  CHECK(planes.asked <= 132);
}

TEST_CASE("kurtosis") {
  SUBCASE("of two equal halves is 1") {
    std::vector<float> map(64, 1.0f);
    std::fill_n(map.begin(), 32, -1.0f);
    CHECK(contour_of({map.data(), {4, 4, 4}}, 1).kurtosis == doctest::Approx(1));
  }
  SUBCASE("of even noise is 1.8") {
    const std::vector<float> map = random_map(medium, 12);
    const double kurtosis = contour_of({map.data(), medium}, 1).kurtosis;
    CHECK(kurtosis == doctest::Approx(1.8).epsilon(0.01));
    CHECK(kurtosis == doctest::Approx(slow_kurtosis(map)).epsilon(1e-12));
  }
  SUBCASE("does not suffer from a large offset or an odd scale") {
    std::vector<float> map = random_map(medium, 13);
    for (float& value : map) value += 4096;
    CHECK(contour_of({map.data(), medium}, 1).kurtosis ==
          doctest::Approx(slow_kurtosis(map)).epsilon(1e-9));
    for (float& value : map) value *= 1e30f;
    CHECK(contour_of({map.data(), medium}, 1).kurtosis ==
          doctest::Approx(slow_kurtosis(map)).epsilon(1e-9));
  }
  SUBCASE("of a constant map is 0") {
    const std::vector<float> map(medium.voxels(), 0.1f);
    CHECK(contour_of({map.data(), medium}, 1).kurtosis == 0);
  }
  SUBCASE("is the same, bit for bit, for any number of threads") {
    const std::vector<float> map = blob(medium, 10, 14);
    set_threads(1);
    const double one = contour_of({map.data(), medium}, 500).kurtosis;
    for (const int limit : {2, 3, 4}) {
      set_threads(limit);
      CHECK(contour_of({map.data(), medium}, 500).kurtosis == one);
    }
    set_threads(0);
  }
}

TEST_CASE("inside holds the voxels at or above a given value") {
  const Shape shape{3, 5, 67};
  const std::vector<float> map = random_map(shape, 15);
  const BitMask mask = inside_contour({map.data(), shape}, map[40]);
  CHECK(mask.count() == static_cast<std::size_t>(std::count_if(
                            map.begin(), map.end(), [&](float v) { return v >= map[40]; })));
  CHECK((mask.row(0, 0)[0] >> 40 & 1) == 1);
  const BitMask all = inside_contour({map.data(), shape}, -1);
  CHECK(all.count() == map.size());
  CHECK(all.row(2, 4)[1] == 7);  // 67 voxels: three bits in the second word, the rest 0
}

TEST_CASE("what cannot be enclosed is refused") {
  const Shape shape{2, 3, 4};
  std::vector<float> map(24, 1.0f);
  const MapPlanes planes({map.data(), shape});
  CHECK_THROWS_WITH_AS(contour_of(planes, 0),
                       "contour: number of voxels inside must be 1 to 24, not 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(contour_of(planes, 25), std::invalid_argument);
  CHECK_THROWS_AS(contour_of(VolumeView{}, 1), std::invalid_argument);
}

TEST_CASE("values that are not finite are refused, also one among many") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    std::vector<float> map = random_map(medium, 16);
    map[12345] = bad;
    CHECK_THROWS_AS(contour_of({map.data(), medium}, 100), std::invalid_argument);
    const MapPlanes planes({map.data(), medium});
    CHECK_THROWS_AS(contours_of(planes, {100}, /*kurtosis=*/false), std::invalid_argument);
    CHECK_THROWS_AS(contour_of({&bad, {1, 1, 1}}, 1), std::invalid_argument);
  }
}

}  // namespace sharpem
