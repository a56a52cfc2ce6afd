#include "sharpem/scan.hpp"

#include <cstdint>

#include "bits.hpp"
#include "bracket.hpp"
#include "kernels/voxels.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/surface.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {

namespace {

Detail detail_of(const Contour& contour, const DetailOptions& options) {
  Detail detail;
  detail.threshold = contour.threshold;
  detail.voxels_inside = contour.voxels_inside;
  detail.surface_area = surface_voxels(contour.inside, options.surface, options.wrap);
  detail.regions = count_regions(contour.inside, options.regions, options.wrap);
  detail.kurtosis = contour.kurtosis;
  return detail;
}

std::vector<Detail> details_of(const PlaneSource& map, const std::vector<std::size_t>& voxels,
                               const DetailOptions& options) {
  std::vector<Detail> details;
  for (const Contour& contour : contours_of(map, voxels, options.kurtosis)) {
    details.push_back(detail_of(contour, options));
  }
  return details;
}

}  // namespace

Detail detail_of(const PlaneSource& map, std::size_t voxels, const DetailOptions& options) {
  return details_of(map, {voxels}, options).front();
}

Detail detail_of(VolumeView map, std::size_t voxels, const DetailOptions& options) {
  return detail_of(MapPlanes(map), voxels, options);
}

std::vector<std::vector<Detail>> scan_filters(const Spectrum& spectrum,
                                              const std::vector<RadialCurve>& filters,
                                              const std::vector<std::size_t>& voxels,
                                              const DetailOptions& options) {
  std::vector<std::vector<Detail>> details;
  if (filters.empty()) return details;
  details.reserve(filters.size());
  Synthesis map(spectrum, filters.front(), Mean::remove);
  for (const RadialCurve& filter : filters) {
    if (!details.empty()) map.refill(spectrum, filter, Mean::remove);
    details.push_back(details_of(map, voxels, options));
  }
  return details;
}

std::vector<Detail> scan_filters(const Spectrum& spectrum, const std::vector<RadialCurve>& filters,
                                 std::size_t voxels, const DetailOptions& options) {
  std::vector<Detail> details;
  for (const std::vector<Detail>& one :
       scan_filters(spectrum, filters, std::vector<std::size_t>{voxels}, options)) {
    details.push_back(one.front());
  }
  return details;
}

std::size_t scan_bytes(Shape grid, const UnitCell& cell, double d_min, std::size_t inside,
                       int threads, std::size_t contours) {
  const std::size_t words = grid.nz * grid.ny * words_of(grid.nx);
  const std::size_t mask = words * sizeof(std::uint64_t);
  const std::size_t regions = (words + inside) * sizeof(std::uint32_t);
  const std::size_t plane = grid.plane() * (sizeof(float) + sizeof(voxels::Candidate));
  const std::size_t candidates = inside * sizeof(voxels::Candidate);
  return synthesis_bytes(grid, cell, d_min, threads) + contours * (mask + candidates) + regions +
         static_cast<std::size_t>(threads) * plane +
         SampledMap::planes_of(grid) * grid.plane() * sizeof(float);
}

}  // namespace sharpem
