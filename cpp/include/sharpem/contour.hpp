// The contour that encloses a given number of voxels, and the mask of what lies inside.
//
// Rule: a voxel is inside when its value >= threshold, and the threshold is the value of the n-th
// largest voxel. Ties at the threshold are all inside, so the count may exceed n; it is reported.
// Values must be finite; contour_of() refuses others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sharpem/volume.hpp"

namespace sharpem {

/// One bit per voxel, 1 = inside. Each row along x starts a new 64-bit word; the bits after nx are
/// 0.
class BitMask {
 public:
  BitMask() = default;
  explicit BitMask(Shape shape)
      : shape_(shape), words_((shape.nx + 63) / 64), bits_(shape.nz * shape.ny * words_) {}

  const Shape& shape() const { return shape_; }
  std::size_t words_per_row() const { return words_; }
  std::uint64_t* row(std::size_t z, std::size_t y) {
    return bits_.data() + (z * shape_.ny + y) * words_;
  }
  const std::uint64_t* row(std::size_t z, std::size_t y) const {
    return bits_.data() + (z * shape_.ny + y) * words_;
  }
  std::size_t count() const;

 private:
  Shape shape_;
  std::size_t words_ = 0;
  std::vector<std::uint64_t> bits_;
};

/// Which voxels touch: those that share a face (6), also an edge (18), also a corner (26).
enum class Adjacency { face = 6, edge = 18, corner = 26 };

struct Contour {
  float threshold = 0;
  std::size_t voxels_inside = 0;  // >= the number asked for; more only with ties
  /// Of all voxels; 3 for a Gaussian, 0 for a constant map. NaN where it was not asked for.
  double kurtosis = std::numeric_limits<double>::quiet_NaN();
  BitMask inside;
};

/// Voxels of `map` with value >= threshold.
BitMask inside_contour(const PlaneSource& map, float threshold);
BitMask inside_contour(VolumeView map, float threshold);

/// The contour that holds the `voxels` largest values, exactly. Reads the planes once, plus a small
/// sample of them to bracket the threshold. Throws std::invalid_argument for values that are not
/// finite, and unless 1 <= voxels <= number of voxels.
Contour contour_of(const PlaneSource& map, std::size_t voxels);
Contour contour_of(VolumeView map, std::size_t voxels);

/// One for each number of voxels, from the same reading of the planes: where a plane has to be
/// computed, a second contour costs little. Kurtosis takes a tenth of the time and can be left out.
std::vector<Contour> contours_of(const PlaneSource& source, const std::vector<std::size_t>& voxels,
                                 bool kurtosis = true);

}  // namespace sharpem
