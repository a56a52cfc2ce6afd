#include "sharpem/scan.hpp"

#include <cstdint>

#include "bits.hpp"
#include "kernels/voxels.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/surface.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {

Detail detail_of(const PlaneSource& map, std::size_t voxels, const DetailOptions& options) {
  const Contour contour = contour_of(map, voxels);
  Detail detail;
  detail.threshold = contour.threshold;
  detail.voxels_inside = contour.voxels_inside;
  detail.surface_area = surface_voxels(contour.inside, options.surface, options.wrap);
  detail.regions = count_regions(contour.inside, options.regions, options.wrap);
  detail.kurtosis = contour.kurtosis;
  return detail;
}

Detail detail_of(VolumeView map, std::size_t voxels, const DetailOptions& options) {
  return detail_of(MapPlanes(map), voxels, options);
}

std::vector<Detail> scan_filters(const Spectrum& spectrum, const std::vector<RadialCurve>& filters,
                                 std::size_t voxels, const DetailOptions& options) {
  std::vector<Detail> details;
  if (filters.empty()) return details;
  details.reserve(filters.size());
  Synthesis map(spectrum, filters.front(), Mean::remove);
  for (const RadialCurve& filter : filters) {
    if (!details.empty()) map.refill(spectrum, filter, Mean::remove);
    details.push_back(detail_of(map, voxels, options));
  }
  return details;
}

std::size_t scan_bytes(Shape grid, const UnitCell& cell, double d_min, std::size_t inside,
                       int threads) {
  const std::size_t words = grid.nz * grid.ny * words_of(grid.nx);
  const std::size_t mask = words * sizeof(std::uint64_t);
  const std::size_t regions = (words + inside) * sizeof(std::uint32_t);
  const std::size_t plane = grid.plane() * (sizeof(float) + sizeof(voxels::Candidate));
  return synthesis_bytes(grid, cell, d_min, threads) + mask + regions +
         inside * sizeof(voxels::Candidate) + static_cast<std::size_t>(threads) * plane;
}

}  // namespace sharpem
