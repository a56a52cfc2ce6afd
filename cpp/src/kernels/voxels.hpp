// Loops over voxels, and over masks of them with 64 voxels in a word (contour.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace sharpem::voxels {

using Word = std::uint64_t;

/// A voxel near a threshold.
struct Candidate {
  float value;
  std::uint32_t bit;  // position in the plane of the mask
};

/// One plane of a map and of its mask.
struct Plane {
  const float* values = nullptr;
  std::size_t ny = 0, nx = 0;
  Word* mask = nullptr;  // each row starts a new word
};

struct Tally {
  std::size_t above = 0;   // values > high
  std::size_t within = 0;  // low <= value <= high
};

/// Rows of a plane that a dilation has gathered, as one array of `size` words, and what may pass
/// from word to word: not from the end of one row to the next.
struct Dilation {
  std::size_t size = 0;
  const Word* here = nullptr;
  const Word* narrow = nullptr;  // reach their own x only
  const Word* wide = nullptr;    // reach x +- 1 too; a word more at either end
  const Word* from_left = nullptr;
  const Word* from_right = nullptr;
  const Word* valid = nullptr;
};

struct Kernels {
  /// Sets the bits of values >= threshold.
  void (*mask_plane)(const Plane& plane, float threshold);

  /// The same for `low`. Those within low .. high are written to `found` (if not null), which has
  /// room for the whole plane.
  Tally (*sort_plane)(const Plane& plane, float low, float high, Candidate* found);

  /// Sums of (value - centre)^1 .. ^4, in double.
  void (*power_sums)(const float* values, std::size_t n, float centre, double (&sums)[4]);

  /// out |= in
  void (*merge)(Word* out, const Word* in, std::size_t n);

  /// Voxels that the dilation reaches and that are not inside.
  std::size_t (*count_reached)(const Dilation& dilation);
};

}  // namespace sharpem::voxels
