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

/// A row of a mask with its runs of inside voxels numbered: ids[w] is the number of the first run
/// that begins in word w or later.
struct RunRow {
  const Word* bits;
  const std::uint32_t* ids;
};

/// A row of runs and those of its voxels that face another row.
struct Side {
  RunRow runs;
  const Word* facing;
};

/// Two neighbouring rows.
struct Contact {
  Side a, b;
  bool diagonal;  // whether voxels touch those at x +- 1, too
};

struct Kernels {
  /// Sets the bits of values >= threshold.
  void (*mask_plane)(const Plane& plane, float threshold);

  /// The same for `low`. Those within low .. high are written to `found` (if not null), which has
  /// room for the whole plane.
  Tally (*sort_plane)(const Plane& plane, float low, float high, Candidate* found);

  /// Sums of (value - centre)^1 .. ^4, in double.
  void (*power_sums)(const float* values, std::size_t n, float centre, double (&sums)[4]);

  /// Smallest and largest value, or what they were if they are further out; NaN is passed over.
  void (*extremes)(const float* values, std::size_t n, float& low, float& high);

  /// How many values are exactly that one.
  std::size_t (*count_equal)(const float* values, std::size_t n, float value);

  /// Whether there is neither NaN nor infinity among the values.
  bool (*all_finite)(const float* values, std::size_t n);

  /// out |= in
  void (*merge)(Word* out, const Word* in, std::size_t n);

  /// Voxels that the dilation reaches and that are not inside.
  std::size_t (*count_reached)(const Dilation& dilation);

  /// Numbers the runs of `rows` rows of `words` words from `first` on; the number after the last.
  /// `ids` may be null.
  std::size_t (*number_runs)(const Word* bits, std::size_t rows, std::size_t words,
                             std::size_t first, std::uint32_t* ids);

  /// Joins the sets of the runs of two rows that touch; how many unions that were (union_find.hpp).
  std::size_t (*join_rows)(const Contact& contact, std::size_t words, std::uint32_t* parents);
};

}  // namespace sharpem::voxels
