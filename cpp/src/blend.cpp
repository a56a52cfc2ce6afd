#include "sharpem/blend.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "check.hpp"
#include "cutout.hpp"
#include "parallel.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

/// A box with its padding along one axis. The map goes on periodically, as it does for a filter
/// that is applied to all of it; where box and padding fill the axis there is nothing to cut.
struct Stretch {
  Stretch(std::size_t box, std::size_t padding, std::size_t n)
      : whole(padding >= n || box + 2 * padding >= n),
        size(whole ? n : box + 2 * padding),
        map(n) {}

  std::size_t edge(std::size_t padding) const { return whole ? 0 : padding; }
  std::size_t first(std::size_t box_first, std::size_t padding) const {
    return whole ? 0 : (box_first + map - padding) % map;
  }
  std::size_t inset(std::size_t box_first, std::size_t padding) const {
    return whole ? box_first : padding;
  }

  bool whole;
  std::size_t size, map;
};

/// Filters one padded box after the other and keeps the box.
class BoxFilter {
 public:
  BoxFilter(VolumeView map, const UnitCell& cell, const BoxSet& boxes, std::size_t padding)
      : map_(map),
        boxes_(boxes),
        padding_(padding),
        axes_{Stretch(boxes.shape.nz, padding, map.shape.nz),
              Stretch(boxes.shape.ny, padding, map.shape.ny),
              Stretch(boxes.shape.nx, padding, map.shape.nx)},
        window_({axes_[0].size, axes_[1].size, axes_[2].size},
                {axes_[0].edge(padding), axes_[1].edge(padding), axes_[2].edge(padding)}),
        cell_(cell_of_box(cell, map.shape, window_.shape())) {}

  std::vector<float> operator()(std::size_t i, const RadialCurve& filter) const {
    std::array<std::size_t, 3> first{}, inset{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      first[axis] = axes_[axis].first(boxes_.first[i][axis], padding_);
      inset[axis] = axes_[axis].inset(boxes_.first[i][axis], padding_);
    }
    const Shape& padded = window_.shape();
    std::vector<float> voxels(padded.voxels());
    const double mean = cut_out(map_, first, window_, voxels.data());
    // every term: the cut spreads those at the limit beyond it, where they are still of the map
    synthesise(analyse({voxels.data(), padded}, cell_, 0), filter, {voxels.data(), padded});
    return inner_part({voxels.data(), padded}, inset, static_cast<float>(mean));
  }

 private:
  std::vector<float> inner_part(VolumeView padded, const std::array<std::size_t, 3>& inset,
                                float mean) const {
    std::vector<float> inner;
    inner.reserve(boxes_.shape.voxels());
    BoxReader(padded, inset)
        .for_rows(boxes_.shape, [&](std::size_t /*z*/, std::size_t /*y*/, const float* row) {
          for (std::size_t x = 0; x < boxes_.shape.nx; ++x) inner.push_back(row[x] + mean);
        });
    return inner;
  }

  VolumeView map_;
  const BoxSet& boxes_;
  std::size_t padding_;
  std::array<Stretch, 3> axes_;
  Window window_;
  UnitCell cell_;
};

/// Eq. 9 along one axis of a box, times the taper to its faces.
std::vector<float> axis_weights(std::size_t n, std::size_t edge, double d0) {
  std::vector<float> w = edge_window(n, edge);
  for (std::size_t i = 0; i < n; ++i) {
    const double x = (static_cast<double>(i) + 0.5 - 0.5 * static_cast<double>(n)) / d0;
    w[i] *= static_cast<float>(std::exp(-x * x));
  }
  return w;
}

/// Weighted sums of boxes, and of weights.
class Average {
 public:
  Average(const BoxSet& boxes, double d0, double overall_weight, MutableVolumeView sum)
      : box_(boxes.shape),
        z_(axis_weights(boxes.shape.nz, boxes.edge, d0)),
        y_(axis_weights(boxes.shape.ny, boxes.edge, d0)),
        x_(axis_weights(boxes.shape.nx, boxes.edge, d0)),
        sum_(sum),
        weight_(sum.shape.voxels(), static_cast<float>(overall_weight)) {
    for (std::size_t i = 0; i < weight_.size(); ++i) sum_.data[i] *= weight_[i];
  }

  /// The part of a box that lies in plane z of the map.
  void add(const std::vector<float>& box, const std::array<std::size_t, 3>& first, std::size_t z) {
    if (z < first[0] || z >= first[0] + box_.nz) return;
    const std::size_t bz = z - first[0];
    for (std::size_t y = 0; y < box_.ny; ++y) {
      const float factor = z_[bz] * y_[y];
      const float* from = box.data() + (bz * box_.ny + y) * box_.nx;
      const std::size_t at = (z * sum_.shape.ny + first[1] + y) * sum_.shape.nx + first[2];
      for (std::size_t x = 0; x < box_.nx; ++x) {
        const float w = factor * x_[x];
        sum_.data[at + x] += w * from[x];
        weight_[at + x] += w;
      }
    }
  }

  void finish() {
    for (std::size_t i = 0; i < weight_.size(); ++i) sum_.data[i] /= weight_[i];
  }

 private:
  Shape box_;
  std::vector<float> z_, y_, x_;
  MutableVolumeView sum_;
  std::vector<float> weight_;
};

}  // namespace

void blend_boxes(VolumeView map, const UnitCell& cell, const BoxSet& boxes, std::size_t padding,
                 const std::vector<RadialCurve>& filters, double d0, double overall_weight,
                 MutableVolumeView out) {
  check_boxes(map, boxes);
  if (!(map.shape == out.shape)) refuse("blend: output and map on different grids");
  if (filters.size() != boxes.first.size()) {
    refuse(filters.size(), " filters for ", boxes.first.size(), " boxes");
  }
  if (!(d0 > 0) || !(overall_weight > 0)) refuse("blend: d0 and overall weight must be positive");
  const BoxFilter filtered(map, cell, boxes, padding);
  Average average(boxes, d0, overall_weight, out);
  constexpr std::size_t batch = 64;  // boxes held at a time
  for (std::size_t begin = 0; begin < filters.size(); begin += batch) {
    std::vector<std::vector<float>> done(std::min(batch, filters.size() - begin));
    parallel_for(done.size(),
                 [&](std::size_t i) { done[i] = filtered(begin + i, filters[begin + i]); });
    parallel_for(out.shape.nz, [&](std::size_t z) {  // boxes in their order in every voxel
      for (std::size_t i = 0; i < done.size(); ++i) average.add(done[i], boxes.first[begin + i], z);
    });
  }
  average.finish();
}

}  // namespace sharpem
