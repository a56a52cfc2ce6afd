#include "sharpem/boxes.hpp"

#include <algorithm>
#include <cmath>

#include "cutout.hpp"
#include "parallel.hpp"
#include "sharpem/shells.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

/// Spectra of one box after the other.
class BoxSpectra {
 public:
  BoxSpectra(const UnitCell& cell, const Shape& map, const BoxSet& boxes, double d_min)
      : window_(boxes.shape, {boxes.edge, boxes.edge, boxes.edge}),
        cell_(cell_of_box(cell, map, boxes.shape)),
        d_min_(d_min) {}

  Spectrum operator()(VolumeView map, const std::array<std::size_t, 3>& first) const {
    std::vector<float> voxels(window_.shape().voxels());
    cut_out(map, first, window_, voxels.data());
    return analyse({voxels.data(), window_.shape()}, cell_, d_min_);
  }

 private:
  Window window_;
  UnitCell cell_;
  double d_min_;
};

}  // namespace

std::vector<float> edge_window(std::size_t n, std::size_t edge) {
  constexpr double pi = 3.14159265358979323846;
  std::vector<float> window(n, 1.0F);
  for (std::size_t i = 0; i < std::min(edge, n); ++i) {
    const double inward = (static_cast<double>(i) + 0.5) / static_cast<double>(edge);
    const auto rise = static_cast<float>(0.5 - 0.5 * std::cos(pi * inward));
    window[i] = std::min(window[i], rise);
    window[n - 1 - i] = std::min(window[n - 1 - i], rise);
  }
  return window;
}

BoxSums box_sums(VolumeView one, VolumeView two, const UnitCell& cell, const BoxSet& boxes,
                 double d_min, const std::vector<double>& edges) {
  check_boxes(one, boxes);
  check_boxes(two, boxes);
  if (!(one.shape == two.shape)) refuse("boxes of two maps of different shapes");
  const BoxSpectra spectrum_of(cell, one.shape, boxes, d_min);
  std::vector<CrossSums> sums(boxes.first.size());
  parallel_for(sums.size(), [&](std::size_t i) {
    const Spectrum first = spectrum_of(one, boxes.first[i]);
    sums[i] = one.data == two.data ? cross_sums(first, first, edges)
                                   : cross_sums(first, spectrum_of(two, boxes.first[i]), edges);
  });
  BoxSums all;
  for (CrossSums& box : sums) {
    all.cross.insert(all.cross.end(), box.cross.begin(), box.cross.end());
    all.power_1.insert(all.power_1.end(), box.power_1.begin(), box.power_1.end());
    all.power_2.insert(all.power_2.end(), box.power_2.begin(), box.power_2.end());
    all.terms = std::move(box.terms);
    all.s = std::move(box.s);
  }
  return all;
}

std::vector<Detail> box_scan(VolumeView map, const UnitCell& cell, const BoxSet& boxes,
                             double d_min, const std::vector<RadialCurve>& filters,
                             const std::vector<std::size_t>& voxels, const DetailOptions& options) {
  check_boxes(map, boxes);
  if (voxels.size() != boxes.first.size()) {
    refuse(voxels.size(), " numbers of voxels for ", boxes.first.size(), " boxes");
  }
  const BoxSpectra spectrum_of(cell, map.shape, boxes, d_min);
  std::vector<Detail> details(boxes.first.size() * filters.size());
  parallel_for(boxes.first.size(), [&](std::size_t i) {
    const auto found = scan_filters(spectrum_of(map, boxes.first[i]), filters, voxels[i], options);
    std::copy(found.begin(), found.end(),
              details.begin() + static_cast<std::ptrdiff_t>(i * filters.size()));
  });
  return details;
}

}  // namespace sharpem
