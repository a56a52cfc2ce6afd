// Every function of the library with random shapes and numbers, sensible and senseless ones: it has
// to answer, or to throw std::invalid_argument. Nothing is compared; the sanitizers watch.
//
//     fuzz_core --executions N | --seconds N [--seed N] [--tell 1]
//
// Same seed, same calls. After a crash --tell prints the number of every execution, the last of
// which crashed; --seed with that number and --executions 1 does it again.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/sharpem.hpp"

#if defined(__SANITIZE_ADDRESS__)
// More memory than there is has to end in std::bad_alloc, as it does without a sanitizer.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif

namespace {

using namespace sharpem;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<double, 12> odd_numbers = {0,     -1,    nan,   infinity, -infinity, 1e30,
                                                -1e30, 1e-30, 1e300, 1e-300,   0.5,       1e9};
constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();

/// What an execution works on.
class Case {
 public:
  explicit Case(std::uint64_t number) : random_(number * 0x9E3779B97F4A7C15U) {
    for (int i = 0; i < 4; ++i) random_();
    shape = {whole(1, 12), whole(1, 12), whole(1, 20)};
    cell = {number_of(5, 40), number_of(5, 40), number_of(5, 40)};
    if (chance(0.3)) cell.alpha = number_of(60, 120), cell.gamma = number_of(60, 120);
    d_min = chance(0.3) ? 0 : number_of(1, 8);
    set_threads(chance(0.8) ? 1 : 3);
  }

  bool chance(double p) { return random_() < p; }
  std::size_t whole(std::size_t low, std::size_t high) {
    return low + static_cast<std::size_t>(random_() * static_cast<float>(high - low + 1));
  }
  /// A number of a range; one time in sixty any other.
  double number_of(double low, double high) {
    if (chance(1.0 / 60)) return odd_numbers[whole(0, odd_numbers.size() - 1)];
    return low + random_() * (high - low);
  }
  std::size_t count(std::size_t low, std::size_t high) {
    if (chance(1.0 / 60)) return chance(0.5) ? 0 : largest - whole(0, 2);
    return whole(low, high);
  }

  std::vector<float> map() { return values(shape.voxels()); }
  std::vector<float> values(std::size_t n) {
    std::vector<float> found(n);
    const double level = number_of(-1, 1), scale = number_of(0, 1), odd = chance(0.05) ? 0.1 : 0;
    for (float& value : found) {
      value = static_cast<float>(chance(odd) ? number_of(nan, nan) : level + scale * random_());
    }
    return found;
  }
  std::vector<double> ascending(std::size_t n, double high) {
    std::vector<double> found;
    found.reserve(n);
    double s = chance(0.5) ? 0 : number_of(0, 0.1);
    for (std::size_t i = 0; i < n; ++i)
      found.push_back(s += number_of(0, 2 * high / static_cast<double>(n)));
    return found;
  }
  std::vector<double> numbers(std::size_t n, double low, double high) {
    std::vector<double> found;
    found.reserve(n);
    for (std::size_t i = 0; i < n; ++i) found.push_back(number_of(low, high));
    return found;
  }

  Spectrum spectrum() {
    const auto voxels = map();
    return analyse({voxels.data(), shape}, cell, d_min);
  }
  RadialCurve curve() {
    const double s_max = number_of(0.05, 0.6);
    if (chance(0.03)) return {ascending(whole(0, 6), 0.4), numbers(whole(0, 6), 0, 3), s_max};
    const std::size_t size = whole(1, 50);
    if (chance(0.3)) {
      const double radius = number_of(1, 10);
      return {[radius](double s) { return sphere_factor(radius, s); }, s_max, size};
    }
    const SharpenBlur filter = sharpen_blur();
    return {[&filter](double s) { return amplitude_factor(filter, s); }, s_max, size};
  }
  SharpenBlur sharpen_blur() {
    return {number_of(-300, 300), number_of(0, 300), number_of(2, 10), number_of(1, 20),
            number_of(0, 30)};
  }
  std::vector<RadialCurve> curves(std::size_t n) {
    std::vector<RadialCurve> found;
    found.reserve(n);
    for (std::size_t i = 0; i < n; ++i) found.push_back(curve());
    return found;
  }
  BoxSet boxes() {
    BoxSet found{{count(1, shape.nz), count(1, shape.ny), count(1, shape.nx)}, {}, count(0, 4)};
    for (std::size_t i = whole(0, 3); i > 0; --i) {
      found.first.push_back({count(0, 2), count(0, 2), count(0, 2)});
    }
    return found;
  }
  Field field() {
    std::vector<Site> sites(whole(0, 4));
    for (Site& site : sites) {
      site = {{number_of(-3, 12), number_of(-3, 12), number_of(-3, 12)}, number_of(-1, 1)};
    }
    Shape over = shape;
    if (chance(0.1)) over.ny = whole(1, 12);
    return field_of(sites, over, number_of(0.5, 8), number_of(0.01, 1), count(1, 6));
  }
  DetailOptions options() {
    return {testing::adjacencies[whole(0, 2)], testing::adjacencies[whole(0, 2)], chance(0.5)};
  }

  Shape shape;
  UnitCell cell;
  double d_min = 0;

 private:
  testing::Random random_;
};

void transform(Case& c) {
  Spectrum spectrum = c.spectrum();
  std::vector<float> out(c.shape.voxels());
  synthesise(spectrum, {out.data(), c.shape});
  synthesise(spectrum, c.curve(), {out.data(), c.shape});
  apply_filter(spectrum, c.curve());
  Tensor b{};
  for (double& component : b) component = c.number_of(-200, 200);
  apply_anisotropy(spectrum, b, c.number_of(-1, 1));
  const Shape grid{c.count(1, 14), c.count(1, 14), c.count(1, 14)};
  synthesis_bytes(grid, c.cell, c.d_min, 2);
  Spectrum::bytes(grid, c.cell, c.d_min);
  resampled(spectrum, {c.whole(1, 14), c.whole(1, 14), c.whole(1, 14)}, c.number_of(0, 9));
  Synthesis planes(spectrum, Mean::remove);
  Spectrum other = c.chance(0.9) ? spectrum : Case(c.whole(0, 1000)).spectrum();
  planes.refill(other, c.curve());
  planes.plane(c.whole(0, c.shape.nz - 1), out.data());
}

void shells(Case& c) {
  const Spectrum one = c.spectrum(), two = c.chance(0.9) ? c.spectrum() : Case(1).spectrum();
  const auto edges = c.ascending(c.whole(0, 12), 0.4);
  shell_sums(one, edges);
  cross_sums(one, two, edges);
}

void gaps(Case& c) {
  Spectrum one = c.spectrum(), two = c.chance(0.5) ? c.spectrum() : Case(c.whole(0, 99)).spectrum();
  clear_gaps(one, c.ascending(c.whole(0, 12), 0.4), c.number_of(0, 0.1));
  copy_gaps(one, two);
}

void wilson(Case& c) {
  const std::size_t n = c.whole(0, 5), m = c.whole(0, 5);
  WilsonOptions options{c.number_of(5, 20), c.number_of(0, 4), c.chance(0.5)};
  if (c.chance(0.5)) options.noise = Profile{c.ascending(m, 0.4), c.numbers(m, 0, 0.01)};
  fit_wilson(c.spectrum(), {c.ascending(n, 0.4), c.numbers(n, -3, 3)}, options);
}

void contours(Case& c) {
  if (c.chance(0.1)) c.shape = {c.whole(15, 25), c.whole(15, 25), c.whole(15, 140)};
  const auto voxels = c.map();
  const VolumeView view{voxels.data(), c.shape};
  const BitMask mask = inside_contour(view, static_cast<float>(c.number_of(-1, 1)));
  const DetailOptions options = c.options();
  surface_voxels(mask, options.surface, options.wrap);
  if (count_regions(mask, options.regions, options.wrap) !=
      label_regions(mask, options.regions, options.wrap).sizes.size()) {
    std::abort();
  }
  contour_of(view, c.count(1, c.shape.voxels()));
  detail_of(view, c.count(1, c.shape.voxels()), options);
}

void scan(Case& c) {
  scan_filters(c.spectrum(), c.curves(c.whole(0, 3)), c.count(1, c.shape.voxels()), c.options());
  scan_bytes(c.shape, c.cell, c.d_min, c.whole(1, 100), 2);
}

void boxes(Case& c) {
  const auto one = c.map(), two = c.map();
  const BoxSet set = c.boxes();
  const std::size_t n = set.first.size();
  std::vector<std::size_t> inside(n);
  for (std::size_t& voxels : inside) voxels = c.count(1, 10);
  switch (c.whole(0, 2)) {
    case 0:
      box_sums({one.data(), c.shape}, {two.data(), c.shape}, c.cell, set, c.d_min,
               c.ascending(c.whole(0, 6), 0.4));
      break;
    case 1:
      box_scan({one.data(), c.shape}, c.cell, set, c.d_min, c.curves(c.whole(0, 3)), inside);
      break;
    default: {
      auto out = two;
      blend_boxes({one.data(), c.shape}, c.cell, set, c.count(0, 5),
                  c.curves(c.chance(0.95) ? n : n + 1), c.number_of(1, 8), c.number_of(0.01, 1),
                  {out.data(), c.shape});
    }
  }
}

void fields(Case& c) {
  std::vector<float> out(c.shape.voxels());
  expand_field(c.field(), {out.data(), c.shape});
  const Spectrum one = c.spectrum(), two = c.chance(0.9) ? c.spectrum() : Case(2).spectrum();
  std::array<double, 3> sigma{};
  for (double& s : sigma) s = c.number_of(0.5, 5);
  const Field product = local_product(one, two, c.curve(), c.count(1, 6), sigma);
  add_bands(one, c.curves(2), {product, c.field()}, {out.data(), c.shape});
}

void molecule(Case& c) {
  auto voxels = c.map();
  const VolumeView view{voxels.data(), c.shape};
  statistics_of(view);
  variance_levels(view);
  if (c.chance(0.5)) {
    block_sums(view, {c.count(1, 6), c.count(1, 6), c.count(1, 6)},
               static_cast<float>(c.number_of(-1, 1)), c.number_of(0, 2));
  }
  local_mean_square({voxels.data(), c.shape}, c.cell, c.number_of(1, 15), c.number_of(-1, 1),
                    {voxels.data(), c.shape});
}

void curves(Case& c) {
  const RadialCurve curve = c.chance(0.95) ? c.curve() : RadialCurve(c.sharpen_blur(), 0.4);
  for (int i = 0; i < 20; ++i) curve(c.number_of(0, 1));
  log_amplitude_factor(c.sharpen_blur(), c.number_of(0, 3));
  edge_window(c.whole(0, 20), c.count(0, 30));
}

constexpr std::array<void (*)(Case&), 10> functions = {
    transform, shells, gaps, wilson, contours, scan, boxes, fields, molecule, curves};

/// Whether it was answered, not refused.
bool execute(std::uint64_t number) {
  Case c(number);
  try {
    functions[number % functions.size()](c);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  } catch (const std::length_error&) {  // of a vector: more than memory addresses
    return false;
  }
}

std::uint64_t option(int count, char** words, const char* name, std::uint64_t otherwise) {
  for (int i = 1; i + 1 < count; ++i) {
    if (std::strcmp(words[i], name) == 0) return std::stoull(words[i + 1]);
  }
  return otherwise;
}

}  // namespace

int main(int count, char** words) {
  const bool tell = option(count, words, "--tell", 0) != 0;
  using Clock = std::chrono::steady_clock;
  const std::uint64_t first = option(count, words, "--seed", 1);
  const std::uint64_t most = option(count, words, "--executions", largest);
  const auto start = Clock::now();
  const auto end = start + std::chrono::seconds(option(count, words, "--seconds", 1000000));
  std::uint64_t done = 0, answered = 0;
  for (; done < most && Clock::now() < end; ++done) {
    if (tell) std::cerr << first + done << '\n';
    answered += execute(first + done) ? 1 : 0;
  }
  const std::chrono::duration<double> seconds = Clock::now() - start;
  std::printf("core: %llu executions in %.0f s, %llu answered, seed %llu\n",
              static_cast<unsigned long long>(done), seconds.count(),
              static_cast<unsigned long long>(answered), static_cast<unsigned long long>(first));
  return 0;
}
