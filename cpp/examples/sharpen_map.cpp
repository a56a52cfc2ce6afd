// Embedding sharpem in a C++ program: read a map with gemmi, scan the overall B, apply the filter
// with the largest adjusted surface area (Terwilliger et al. 2018) and write the map, in its place.
//
//   sharpen_map MAP.mrc RESOLUTION OUT.mrc [FRACTION]
//
// FRACTION of the voxels lie inside the contour of each trial (default 0.02).
#include <cmath>
#include <cstdio>
#include <exception>
#include <gemmi/ccp4.hpp>
#include <sharpem/sharpem.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Map = gemmi::Ccp4<float>;

Map read_map(const std::string& path) {
  Map map;
  map.read_ccp4_file(path);
  if (!map.same_byte_order) throw std::runtime_error(path + ": big-endian, expected little-endian");
  map.setup(NAN, gemmi::MapSetup::ReorderOnly);  // axes x, y, z; where the map starts is kept
  return map;
}

/// The voxels where they are: gemmi's order is sharpem's, x fastest.
sharpem::MutableVolumeView view_of(Map& map) {
  const auto n = [](int size) { return static_cast<std::size_t>(size); };
  return {map.grid.data.data(), {n(map.grid.nw), n(map.grid.nv), n(map.grid.nu)}};
}

/// The cell of the box that the voxels span, which may be part of the unit cell or more than it.
sharpem::UnitCell box_cell(const Map& map) {
  const gemmi::UnitCell& cell = map.grid.unit_cell;
  const auto part = [&map](int n, int word) {
    return static_cast<double>(n) / map.header_i32(word);  // words 8 to 10: sampling of the cell
  };
  return {cell.a * part(map.grid.nu, 8),
          cell.b * part(map.grid.nv, 9),
          cell.c * part(map.grid.nw, 10),
          cell.alpha,
          cell.beta,
          cell.gamma};
}

void write_map(Map& map, const std::string& path) {
  map.hstats = gemmi::calculate_data_statistics(map.grid.data);
  map.update_header_mode_and_stats(2);
  map.write_ccp4_map(path);
}

/// Surface area less C times the regions, C such that both ends of the scan have the same.
std::size_t best_trial(const std::vector<sharpem::Detail>& trials) {
  const auto area = [&](std::size_t i) { return static_cast<double>(trials[i].surface_area); };
  const auto regions = [&](std::size_t i) { return static_cast<double>(trials[i].regions); };
  const std::size_t last = trials.size() - 1;
  const double more = regions(last) - regions(0);
  const double c = more != 0 ? (area(last) - area(0)) / more : 0;
  std::size_t best = 0;
  std::printf("b_sharpen  surface  regions  adjusted surface\n");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const double adjusted = area(i) - c * regions(i);
    if (adjusted > area(best) - c * regions(best)) best = i;
    std::printf("%9.0f %8.0f %8.0f %17.0f\n", -100 + 20 * static_cast<double>(i), area(i),
                regions(i), adjusted);
  }
  return best;
}

void sharpen(Map& map, double resolution, double fraction) {
  const sharpem::MutableVolumeView voxels = view_of(map);
  // a little beyond the resolution, as in the paper
  const auto spectrum = sharpem::analyse(voxels, box_cell(map), 0.833 * resolution);
  std::vector<sharpem::RadialCurve> filters;
  for (double b = -100; b <= 300; b += 20) {  // A^2
    filters.emplace_back(sharpem::SharpenBlur{b, 200, resolution, 10}, spectrum);
  }
  const double inside = fraction * static_cast<double>(voxels.shape.voxels());
  const auto trials =
      sharpem::scan_filters(spectrum, filters, static_cast<std::size_t>(std::lround(inside)));
  sharpem::synthesise(spectrum, filters[best_trial(trials)], voxels);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 3 || words.size() > 4) {
      throw std::runtime_error("expected: sharpen_map MAP.mrc RESOLUTION OUT.mrc [FRACTION]");
    }
    Map map = read_map(words[0]);
    sharpen(map, std::stod(words[1]), words.size() > 3 ? std::stod(words[3]) : 0.02);
    write_map(map, words[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sharpen_map: %s\n", error.what());
    return 2;
  }
}
