// Embedding sharpem in a C++ program: read a map, sharpen it by a series of B, and print how much
// detail (surface) and how many pieces (regions) its contour has at each.
//
//   scan_map MAP.mrc RESOLUTION [FRACTION]
//
// FRACTION of the voxels lie inside the contour (default 0.02). Without arguments a made-up map is
// scanned. Reads little-endian MRC files of mode 2 (float32) in the usual axis order.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <random>
#include <sharpem/sharpem.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Map {
  sharpem::Shape shape;
  sharpem::UnitCell cell;
  std::vector<float> voxels;
};

Map read_mrc(const std::string& name) {
  // Words of the 1024-byte header, counted from 0: 0-2 size, 3 mode, 7-9 sampling of the cell,
  // 10-15 cell, 16-18 axis order, 23 length of the extended header.
  std::array<std::int32_t, 256> words{};
  std::array<float, 6> cell{};
  std::ifstream file(name, std::ios::binary);
  file.read(reinterpret_cast<char*>(words.data()), sizeof words);
  if (!file) throw std::runtime_error(name + ": no MRC header");
  if (words[3] != 2) {
    throw std::runtime_error(name + ": mode " + std::to_string(words[3]) + ", expected 2");
  }
  if (words[16] != 1 || words[17] != 2 || words[18] != 3) {
    throw std::runtime_error(name + ": the axis order is not x, y, z");
  }
  file.seekg(10 * 4).read(reinterpret_cast<char*>(cell.data()), sizeof cell);
  for (std::size_t i = 0; i < 3; ++i) {  // the cell of the box, should it be part of a larger one
    cell[i] *= static_cast<float>(words[i]) / static_cast<float>(words[7 + i]);
  }

  const auto size = [&words](std::size_t i) { return static_cast<std::size_t>(words[i]); };
  Map map;
  map.shape = {size(2), size(1), size(0)};
  map.cell = {cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]};
  map.voxels.resize(map.shape.voxels());
  file.seekg(1024 + words[23])
      .read(reinterpret_cast<char*>(map.voxels.data()),
            static_cast<std::streamsize>(map.voxels.size() * sizeof(float)));
  if (!file) throw std::runtime_error(name + ": shorter than its header says");
  return map;
}

/// A chain of Gaussian atoms with B = 80 A^2 and a little noise, 1 A per voxel.
Map made_up_map() {
  constexpr std::size_t n = 48;
  Map map{{n, n, n}, {n, n, n}, std::vector<float>(n * n * n)};
  std::mt19937 random(1);  // NOLINT: the same map every time
  std::normal_distribution<double> step;
  for (float& voxel : map.voxels) voxel = static_cast<float>(0.02 * step(random));

  std::array<double, 3> atom{n / 2.0, n / 2.0, n / 2.0};
  for (int i = 0; i < 200; ++i) {
    for (double& x : atom) x += 1.5 * step(random) + 0.1 * (n / 2.0 - x);
    for (std::size_t v = 0; v < map.voxels.size(); ++v) {
      const double z = static_cast<double>(v / (n * n)) - atom[2];
      const double y = static_cast<double>(v / n % n) - atom[1];
      const double x = static_cast<double>(v % n) - atom[0];
      map.voxels[v] += static_cast<float>(std::exp(-39.5 / 80 * (x * x + y * y + z * z)));
    }
  }
  return map;
}

void scan_and_print(const Map& map, double resolution, double fraction) {
  std::vector<double> b_sharpen;
  for (double b = -100; b <= 300; b += 20) b_sharpen.push_back(b);

  const double d_min = 0.833 * resolution;  // as the paper does: a little beyond the resolution
  std::vector<sharpem::RadialCurve> filters;
  for (const double b : b_sharpen) {
    sharpem::SharpenBlur filter;
    filter.b_sharpen = b;
    filter.d_cut = resolution;
    filters.emplace_back(filter, 1 / d_min);
  }

  const auto spectrum = sharpem::analyse({map.voxels.data(), map.shape}, map.cell, d_min);
  const auto voxels =
      static_cast<std::size_t>(fraction * static_cast<double>(map.shape.voxels()) + 0.5);
  const auto details = sharpem::scan_filters(spectrum, filters, voxels, {});

  std::printf("b_sharpen (A^2)  threshold  surface (voxels)  regions  kurtosis\n");
  for (std::size_t i = 0; i < details.size(); ++i) {
    const auto& detail = details[i];
    std::printf("%15.0f  %9.4g  %16zu  %7zu  %8.2f\n", b_sharpen[i],
                static_cast<double>(detail.threshold), detail.surface_area, detail.regions,
                detail.kurtosis);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 || arguments.size() > 3) {
      throw std::runtime_error("expected: scan_map MAP.mrc RESOLUTION [FRACTION]");
    }
    const Map map = arguments.empty() ? made_up_map() : read_mrc(arguments[0]);
    const double resolution = arguments.empty() ? 4 : std::stod(arguments[1]);
    const double fraction = arguments.size() < 3 ? 0.02 : std::stod(arguments[2]);
    scan_and_print(map, resolution, fraction);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scan_map: %s\n", error.what());
    return 2;
  }
}
