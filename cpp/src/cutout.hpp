// One box of a map behind a soft window.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "check.hpp"
#include "sharpem/boxes.hpp"

namespace sharpem {

/// The cell of a box that is a part of a larger one.
inline UnitCell cell_of_box(const UnitCell& whole, const Shape& map, const Shape& box) {
  const auto part = [](std::size_t n, std::size_t of) {
    return static_cast<double>(n) / static_cast<double>(of);
  };
  UnitCell cell = whole;
  cell.a *= part(box.nx, map.nx);
  cell.b *= part(box.ny, map.ny);
  cell.c *= part(box.nz, map.nz);
  return cell;
}

/// Whether n voxels from the first on lie within `of`; any numbers.
inline bool fits(std::size_t first, std::size_t n, std::size_t of) {
  return n <= of && first <= of - n;
}

inline void check_boxes(VolumeView map, const BoxSet& boxes) {
  if (map.data == nullptr || !fits(0, boxes.shape.nz, map.shape.nz) ||
      !fits(0, boxes.shape.ny, map.shape.ny) || !fits(0, boxes.shape.nx, map.shape.nx) ||
      boxes.shape.voxels() == 0) {
    refuse("boxes without voxels or larger than the map, or no map");
  }
  for (const auto& [z, y, x] : boxes.first) {
    if (!fits(z, boxes.shape.nz, map.shape.nz) || !fits(y, boxes.shape.ny, map.shape.ny) ||
        !fits(x, boxes.shape.nx, map.shape.nx)) {
      refuse("box at ", z, ", ", y, ", ", x, " reaches out of a map of ", map.shape.nz, " x ",
             map.shape.ny, " x ", map.shape.nx, " voxels");
    }
  }
}

/// The product of three edge windows; edges along z, y and x.
class Window {
 public:
  Window(const Shape& shape, const std::array<std::size_t, 3>& edges)
      : shape_(shape),
        z_(edge_window(shape.nz, edges[0])),
        y_(edge_window(shape.ny, edges[1])),
        x_(edge_window(shape.nx, edges[2])) {}

  const Shape& shape() const { return shape_; }
  float at(std::size_t z, std::size_t y) const { return z_[z] * y_[y]; }
  const std::vector<float>& x() const { return x_; }

 private:
  Shape shape_;
  std::vector<float> z_, y_, x_;
};

/// Reads a box row by row; past the end of the map it goes on at the other side.
class BoxReader {
 public:
  BoxReader(VolumeView map, const std::array<std::size_t, 3>& first) : map_(map), first_(first) {}

  /// use(z, y, row) for every row of the box.
  template <class Use>
  void for_rows(const Shape& box, const Use& use) const {
    std::vector<float> row(box.nx);
    const std::size_t here = std::min(box.nx, map_.shape.nx - first_[2]);
    for (std::size_t z = 0; z < box.nz; ++z) {
      for (std::size_t y = 0; y < box.ny; ++y) {
        const float* from = map_.data + ((first_[0] + z) % map_.shape.nz * map_.shape.ny +
                                         (first_[1] + y) % map_.shape.ny) *
                                            map_.shape.nx;
        std::copy_n(from + first_[2], here, row.data());
        std::copy_n(from, box.nx - here, row.data() + here);
        use(z, y, row.data());
      }
    }
  }

 private:
  VolumeView map_;
  std::array<std::size_t, 3> first_;
};

/// The box's voxels less their windowed mean, times the window; returns that mean.
inline double cut_out(VolumeView map, const std::array<std::size_t, 3>& first, const Window& window,
                      float* out) {
  const Shape& box = window.shape();
  const std::vector<float>& along = window.x();
  double sum = 0, total = 0;
  BoxReader(map, first).for_rows(box, [&](std::size_t z, std::size_t y, const float* row) {
    double part = 0, share = 0;
    for (std::size_t x = 0; x < box.nx; ++x) {
      part += static_cast<double>(along[x]) * row[x];
      share += along[x];
    }
    sum += part * window.at(z, y);
    total += share * window.at(z, y);
    std::copy_n(row, box.nx, out + (z * box.ny + y) * box.nx);
  });
  const auto mean = static_cast<float>(total > 0 ? sum / total : 0);
  for (std::size_t z = 0; z < box.nz; ++z) {
    for (std::size_t y = 0; y < box.ny; ++y) {
      float* row = out + (z * box.ny + y) * box.nx;
      for (std::size_t x = 0; x < box.nx; ++x)
        row[x] = (row[x] - mean) * window.at(z, y) * along[x];
    }
  }
  return mean;
}

}  // namespace sharpem
