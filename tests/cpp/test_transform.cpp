#include <doctest/doctest.h>

#include <stdexcept>

#include "sharpem/threads.hpp"
#include "sharpem/transform.hpp"
#include "spectral.hpp"

using doctest::Approx;
using namespace sharpem;
using namespace sharpem::testing;

namespace {

const std::vector<Shape> odd_shapes{{5, 7, 3}, {4, 6, 8}, {11, 2, 9},
                                    {1, 5, 6}, {6, 1, 1}, {1, 1, 1}};

}  // namespace

TEST_CASE("every term of every small box is the sum that defines it") {
  for (const Shape& shape : odd_shapes) {
    const Map map = noise(shape, 1);
    const Spectrum spectrum = analyse(map.view(), triclinic, 0);
    std::size_t terms = 0;
    for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
      CHECK(std::abs(slow_term(map, h, k, l) - std::complex<double>(term)) < 1e-6);
      ++terms;
    });
    CHECK(terms == shape.nz * shape.ny * (shape.nx / 2 + 1));
    CHECK(spectrum.mean() == Approx(slow_term(map, 0, 0, 0).real()));
  }
}

TEST_CASE("a map comes back from all its terms, whatever the box") {
  std::vector<Shape> shapes = odd_shapes;
  shapes.insert(shapes.end(), {{31, 37, 29}, {32, 20, 48}, {13, 64, 130}});
  for (const Shape& shape : shapes) {
    const Map map = noise(shape, 2);
    CHECK(largest_difference(synthesised(analyse(map.view(), triclinic, 0)), map) < 1e-5);
  }
}

TEST_CASE("the pruned synthesis is the sum over the kept terms") {
  for (const UnitCell& cell : {triclinic, UnitCell{20, 20, 20, 60, 80, 130}}) {
    const Spectrum kept = analyse(noise({9, 11, 13}, 4).view(), cell, 3.5);
    const Map map = synthesised(kept);
    const Map expected = sampled(map.shape, [&](double x, double y, double z) {
      double sum = 0;
      for_terms(kept, [&](int h, int k, int l, const Spectrum::Term& term) {
        const auto wave = std::polar(1.0, 2 * pi * (h * x + k * y + l * z));
        sum += kept.multiplicity(h) * (std::complex<double>(term) * wave).real();
      });
      return sum;
    });
    CHECK(largest_difference(map, expected) < 1e-5);
    const Spectrum again = analyse(map.view(), cell, 3.5);
    for_terms(kept, [&](int h, int k, int l, const Spectrum::Term& term) {
      CHECK(std::abs(term - again.row(k, l)[h]) < 1e-6F);
    });
  }
}

TEST_CASE("a plane wave is one term, with the phase of its crest") {
  const Map map = sampled({12, 15, 20}, [](double x, double y, double z) {
    return 3 + 2 * std::cos(2 * pi * (4 * x - 3 * y + 2 * z) + 0.7);
  });
  const Spectrum spectrum = analyse(map.view(), triclinic, 0);
  CHECK(spectrum.mean() == Approx(3));
  for_terms(spectrum, [&](int h, int k, int l, const Spectrum::Term& term) {
    if (h == 4 && k == -3 && l == 2) {
      CHECK(std::abs(term - std::polar(1.0F, 0.7F)) < 1e-5F);
    } else if (h != 0 || k != 0 || l != 0) {
      CHECK(std::abs(term) < 1e-5F);
    }
  });
}

TEST_CASE("a delta at the origin has all terms equal; Parseval holds with the multiplicities") {
  for (const Shape& shape : {Shape{6, 8, 10}, Shape{5, 7, 9}}) {
    Map delta(shape);
    delta.data[0] = static_cast<float>(shape.voxels());
    for_terms(analyse(delta.view(), triclinic, 0), [](int, int, int, const Spectrum::Term& term) {
      CHECK(std::abs(term - 1.0F) < 1e-5F);
    });
    const Map map = noise(shape, 5);
    double squares = 0, power = 0;
    for (const float value : map.data) squares += static_cast<double>(value) * value;
    const Spectrum spectrum = analyse(map.view(), triclinic, 0);
    for_terms(spectrum, [&](int h, int, int, const Spectrum::Term& term) {
      power += spectrum.multiplicity(h) * std::norm(std::complex<double>(term));
    });
    CHECK(power == Approx(squares / static_cast<double>(shape.voxels())).epsilon(1e-5));
  }
}

TEST_CASE("a synthesis without the mean is the map less its mean, plane by plane") {
  const Map map = noise({7, 9, 11}, 8);
  const Spectrum spectrum = analyse(map.view(), triclinic, 0);
  const Synthesis planes(spectrum, Mean::remove);
  std::vector<float> scratch(map.shape.plane());
  for (const std::size_t z : {6U, 0U, 3U}) {
    const float* plane = planes.plane(z, scratch.data());
    for (std::size_t i = 0; i < map.shape.plane(); ++i) {
      const double expected = map.data[z * map.shape.plane() + i] - spectrum.mean();
      CHECK(std::abs(plane[i] - expected) < 1e-5);
    }
  }
}

TEST_CASE("a synthesis filled again is the one made anew; another geometry is refused") {
  const Spectrum spectrum = analyse(noise({12, 9, 11}, 12).view(), triclinic, 3.5);
  const RadialCurve first({0.0, 0.3}, {1, 4}, 0.3), second({0.0, 0.3}, {1, 0}, 0.3);
  Synthesis planes(spectrum, first, Mean::remove);
  planes.refill(spectrum, second);
  const Map expected = synthesised(spectrum, second);
  std::vector<float> scratch(expected.shape.plane());
  for (std::size_t z = 0; z < 12; ++z) {
    const float* plane = planes.plane(z, scratch.data());
    for (std::size_t i = 0; i < scratch.size(); ++i) {
      CHECK(plane[i] == expected.data[z * scratch.size() + i]);
    }
  }
  const Spectrum finer({12, 9, 11}, triclinic, 3);
  CHECK_THROWS_AS(planes.refill(finer, first), std::invalid_argument);
}

TEST_CASE("planes of a large and a small map may be asked for in turn") {
  const Map large = noise({4, 40, 60}, 9), small = noise({4, 6, 5}, 10);
  const Synthesis one(analyse(large.view(), triclinic, 0));
  const Synthesis two(analyse(small.view(), triclinic, 0));
  std::vector<float> scratch(large.shape.plane());
  for (std::size_t z = 0; z < 4; ++z) {
    CHECK(one.plane(z, scratch.data())[7] == Approx(large.data[z * 2400 + 7]).epsilon(1e-4));
    CHECK(two.plane(z, scratch.data())[7] == Approx(small.data[z * 30 + 7]).epsilon(1e-4));
  }
}

TEST_CASE("bit for bit the same for any number of threads") {
  const Map map = noise({37, 30, 42}, 11);
  const RadialCurve curve(SharpenBlur{100, 200, 3, 10}, 0.5);
  set_threads(1);
  Spectrum one = analyse(map.view(), triclinic, 2.2);
  apply_anisotropy(one, {10, 20, 30, 4, 5, 6}, 1);
  const Map back = synthesised(one, curve);
  for (const int threads : {2, 3, 7}) {
    set_threads(threads);
    Spectrum other = analyse(map.view(), triclinic, 2.2);
    apply_anisotropy(other, {10, 20, 30, 4, 5, 6}, 1);
    CHECK(same_terms(one, other));
    CHECK(largest_difference(back, synthesised(other, curve)) == 0);
  }
  set_threads(0);
}

TEST_CASE("callers' mistakes are refused") {
  Map map({4, 4, 4});
  CHECK_THROWS_AS(analyse({map.data.data(), {4, 0, 4}}, triclinic, 0), std::invalid_argument);
  CHECK_THROWS_AS(analyse({nullptr, {4, 4, 4}}, triclinic, 0), std::invalid_argument);
  CHECK_THROWS_WITH_AS(analyse(map.view(), triclinic, -1), doctest::Contains("-1"),
                       std::invalid_argument);
  const Spectrum spectrum({5, 4, 4}, triclinic, 0);
  CHECK_THROWS_WITH_AS(synthesise(spectrum, map.out()), doctest::Contains("5 x 4 x 4"),
                       std::invalid_argument);
}
