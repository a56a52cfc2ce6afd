// Embedding sharpem in a C++ program: read a map with gemmi, sharpen it as published (Terwilliger
// et al. 2018) and write it, in its place. Its voxels are those of `sharpem sharpen MAP -r D
// --paper`.
//
//   sharpen_map MAP.mrc RESOLUTION OUT.mrc
//
// Exit code 3: the algorithm is not applicable to this map, and none is written.
#include <algorithm>
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
/// From the header: gemmi rounds the numbers there.
sharpem::UnitCell box_cell(const Map& map) {
  const auto edge = [&map](int word, int n) {  // words 8 to 10: sampling; 11 to 13: lengths
    return static_cast<double>(map.header_float(word + 3)) / map.header_i32(word) * n;
  };
  const gemmi::UnitCell& cell = map.grid.unit_cell;
  return {edge(8, map.grid.nu),
          edge(9, map.grid.nv),
          edge(10, map.grid.nw),
          cell.alpha,
          cell.beta,
          cell.gamma};
}

void write_map(Map& map, const std::string& path) {
  map.hstats = gemmi::calculate_data_statistics(map.grid.data);
  map.update_header_mode_and_stats(2);
  map.write_ccp4_map(path);
}

/// Makes a map isotropic (sections 2.1 and 2.2); its overall B, A^2.
double remove_anisotropy(sharpem::Spectrum& spectrum, double resolution) {
  sharpem::WilsonOptions options;
  options.d_max = sharpem::coarsest_of_fit(resolution);
  options.d_min = resolution;
  options.anisotropic = true;
  const auto fit = sharpem::fit_wilson(spectrum, sharpem::typical_protein(), options);
  sharpem::apply_anisotropy(spectrum, fit.b, 1);
  return fit.b_iso;
}

/// A fifth of the molecule, which is where the density varies (section 2.3).
std::size_t voxels_inside(const sharpem::Spectrum& spectrum, double resolution) {
  const auto variance = sharpem::local_variance(spectrum, resolution, 1.5 * resolution);
  const double molecule = sharpem::variance_levels(variance.view()).fraction;
  const auto voxels = static_cast<double>(spectrum.grid().voxels());
  return static_cast<std::size_t>(std::max(1.0, std::nearbyint(0.2 * molecule * voxels)));
}

void print(const std::vector<double>& b, const std::vector<sharpem::Detail>& trials,
           const std::vector<double>& score) {
  std::printf("overall B  surface  regions  adjusted surface\n");
  for (std::size_t i = 0; i < b.size(); ++i) {
    std::printf("%9.0f %8zu %8zu %17.0f\n", b[i], trials[i].surface_area, trials[i].regions,
                score[i]);
  }
}

/// Sharpens a map in place; false where the algorithm is not applicable (section 2.5).
bool sharpen(Map& map, double resolution) {
  const sharpem::MutableVolumeView voxels = view_of(map);
  // A little beyond the resolution, as in the published program.
  sharpem::Spectrum spectrum = sharpem::analyse(voxels, box_cell(map), 0.833 * resolution);
  const std::size_t inside = voxels_inside(spectrum, resolution);
  const double b_map = remove_anisotropy(spectrum, resolution);
  const auto filter_to = [&](double b) {
    return sharpem::RadialCurve(sharpem::SharpenBlur{b_map - b, 200, resolution, 10}, spectrum);
  };

  const sharpem::SearchGrid grid;  // overall B from -100 to 300 A^2 in steps of 20
  const std::vector<double> b = grid.values();
  std::vector<sharpem::RadialCurve> filters;
  for (const double target : b) filters.push_back(filter_to(target));
  const auto trials = sharpem::scan_filters(spectrum, filters, inside);
  const auto score = sharpem::adjusted_surface_area(trials, sharpem::weight_by_ends(trials));
  print(b, trials, score);
  const sharpem::Peak peak = sharpem::find_peak(b, score, grid, sharpem::Reading::published);
  std::printf("best overall B %.0f A^2, signal to noise %.1f\n", peak.b_iso, peak.signal_to_noise);
  if (!sharpem::applicability(b, score, peak)) return false;
  sharpem::synthesise(spectrum, filter_to(peak.b_iso), voxels);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() != 3) {
      throw std::runtime_error("expected: sharpen_map MAP.mrc RESOLUTION OUT.mrc");
    }
    Map map = read_map(words[0]);
    if (!sharpen(map, std::stod(words[1]))) return 3;
    write_map(map, words[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sharpen_map: %s\n", error.what());
    return 2;
  }
}
