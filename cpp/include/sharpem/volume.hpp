// Maps in memory: shapes, non-owning views, and maps that are produced plane by plane.
//
// Convention: float32 voxels in C order (z, y, x); x runs fastest. Values are densities on any
// scale. A view never owns its memory and must not outlive it.
#pragma once

#include <cstddef>

namespace sharpem {

/// Number of voxels along z, y and x.
struct Shape {
  std::size_t nz = 0, ny = 0, nx = 0;

  std::size_t voxels() const { return nz * ny * nx; }
  std::size_t plane() const { return ny * nx; }
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.nz == b.nz && a.ny == b.ny && a.nx == b.nx;
  }
};

struct VolumeView {
  const float* data = nullptr;
  Shape shape;
};

struct MutableVolumeView {
  float* data = nullptr;
  Shape shape;

  operator VolumeView() const { return {data, shape}; }
};

/// A map of which one z plane is looked at at a time: held in memory, or computed on demand.
class PlaneSource {
 public:
  virtual ~PlaneSource() = default;
  virtual Shape shape() const = 0;

  /// The ny * nx voxels of plane z. `scratch` offers room for one plane; the answer points there
  /// or into the source. Safe to call from several threads with different scratch.
  virtual const float* plane(std::size_t z, float* scratch) const = 0;
};

/// A map in memory as a source of planes.
class MapPlanes final : public PlaneSource {
 public:
  explicit MapPlanes(VolumeView map) : map_(map) {}
  Shape shape() const override { return map_.shape; }
  const float* plane(std::size_t z, float* /*scratch*/) const override {
    return map_.data + z * map_.shape.plane();
  }

 private:
  VolumeView map_;
};

}  // namespace sharpem
