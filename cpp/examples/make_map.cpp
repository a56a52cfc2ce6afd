// For the test of sharpen_map: a blurred chain of atoms in faint noise, as part of a larger cell.
//
//   make_map OUT.mrc
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <gemmi/ccp4.hpp>
#include <random>
#include <stdexcept>

namespace {

constexpr int n = 48;  // voxels of 1 A

gemmi::Ccp4<float> chain() {
  gemmi::Ccp4<float> map;
  map.grid.set_unit_cell(100, 100, 100, 90, 90, 90);
  map.grid.set_size_without_checking(n, n, n);
  map.grid.axis_order = gemmi::AxisOrder::XYZ;
  std::mt19937 random(1);  // NOLINT: the same map every time
  std::normal_distribution<double> step;
  for (float& voxel : map.grid.data) voxel = static_cast<float>(0.02 * step(random));
  std::array<double, 3> atom{0.5 * n, 0.5 * n, 0.5 * n};
  for (int i = 0; i < 200; ++i) {
    for (double& x : atom) x += 1.5 * step(random) + 0.1 * (0.5 * n - x);
    for (int v = 0; v < n * n * n; ++v) {
      const double x = v % n - atom[0], y = v / n % n - atom[1], z = v / n / n - atom[2];
      map.grid.data[static_cast<std::size_t>(v)] +=
          static_cast<float>(std::exp(-39.5 / 80 * (x * x + y * y + z * z)));  // B = 80 A^2
    }
  }
  return map;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("expected: make_map OUT.mrc");
    gemmi::Ccp4<float> map = chain();
    map.update_ccp4_header(2);
    map.set_header_3i32(5, 20, -7, 31);     // where the box starts, voxels
    map.set_header_3i32(8, 100, 100, 100);  // sampling of the cell
    map.write_ccp4_map(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_map: %s\n", error.what());
    return 2;
  }
}
