#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "random_maps.hpp"
#include "sharpem/cpu.hpp"
#include "sharpem/molecule.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/statistics.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

using namespace testing;

/// Everything that the kernels have a part in, as bytes.
std::string everything(const Shape& grid, const UnitCell& cell, double d_min) {
  std::string bytes;
  const auto keep = [&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  std::vector<float> map = random_map(grid, 5);
  const Spectrum spectrum = analyse({map.data(), grid}, cell, d_min);
  keep(spectrum.row(spectrum.k_min(), spectrum.l_min()), Spectrum::bytes(grid, cell, d_min));
  SharpenBlur filter;
  filter.b_sharpen = 60;
  const RadialCurve curve(filter, 0.5);
  synthesise(spectrum, curve, {map.data(), grid});
  keep(map.data(), map.size() * sizeof(float));
  for (const Adjacency adjacency : adjacencies) {
    for (const bool wrap : {false, true}) {
      for (const Detail& detail : scan_filters(spectrum, {curve, curve}, grid.voxels() / 10 + 1,
                                               {adjacency, adjacency, wrap})) {
        keep(&detail.threshold, sizeof detail.threshold);
        keep(&detail.surface_area, sizeof detail.surface_area);
        keep(&detail.regions, sizeof detail.regions);
        keep(&detail.kurtosis, sizeof detail.kurtosis);
      }
    }
  }
  local_mean_square({map.data(), grid}, cell, 4, 0.1, {map.data(), grid});
  keep(map.data(), map.size() * sizeof(float));
  const Statistics statistics = statistics_of({map.data(), grid});
  keep(&statistics, sizeof statistics);
  return bytes;
}

}  // namespace

TEST_CASE("every instruction set and number of threads gives the same bits") {
  for (const Shape& grid : {Shape{20, 18, 15}, Shape{31, 22, 75}, Shape{7, 1, 9}}) {
    const UnitCell cell{1.1 * static_cast<double>(grid.nx),
                        1.0 * static_cast<double>(grid.ny),
                        1.2 * static_cast<double>(grid.nz),
                        80,
                        95,
                        110};
    for (const double d_min : {0.0, 2.9}) {
      set_threads(1);
      set_instruction_set("baseline");
      const std::string expected = everything(grid, cell, d_min);
      for (const std::string& name : instruction_sets()) {
        CAPTURE(name);
        set_instruction_set(name);
        for (const int limit : {1, 3}) {
          set_threads(limit);
          CHECK(everything(grid, cell, d_min) == expected);
        }
      }
    }
  }
  set_instruction_set("");
  set_threads(0);
}

TEST_CASE("the best instruction set is the default; unknown ones are refused") {
  const std::vector<std::string> sets = instruction_sets();
  REQUIRE_FALSE(sets.empty());
  CHECK(sets.front() == "baseline");
  set_instruction_set("baseline");
  CHECK(instruction_set() == "baseline");
  set_instruction_set("");
  const bool asked = std::getenv("SHARPEM_CPU") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  if (!asked) CHECK(instruction_set() == sets.back());
  CHECK_THROWS_WITH_AS(set_instruction_set("v9"),
                       doctest::Contains("v9': expected one of baseline"), std::invalid_argument);
}

TEST_CASE("a scan of a map of the usual size needs at most 8 bytes per voxel") {
  const Shape grid{256, 256, 256};
  const UnitCell cell{256, 256, 256, 90, 90, 90};
  const double n = static_cast<double>(grid.voxels());
  const auto per_voxel = [&](double d_min) {
    const std::size_t bytes =
        Spectrum::bytes(grid, cell, d_min) + scan_bytes(grid, cell, d_min, grid.voxels() / 50);
    return static_cast<double>(bytes) / n;
  };
  CHECK(per_voxel(2.5) < 6);  // 0.8 of the Nyquist limit
  CHECK(per_voxel(2.5) > 4.5);
  CHECK(per_voxel(2.1) < 8);
  const Spectrum spectrum({20, 18, 16}, {20, 18, 16, 90, 90, 90}, 2.5);
  const std::size_t rows = static_cast<std::size_t>(spectrum.k_max() - spectrum.k_min() + 1) *
                           static_cast<std::size_t>(spectrum.l_max() - spectrum.l_min() + 1);
  CHECK(Spectrum::bytes(spectrum.grid(), spectrum.cell(), 2.5) == 8 * rows * spectrum.row_size());
}

}  // namespace sharpem
