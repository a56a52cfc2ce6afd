// What the voxels of a map are like: their range, their moments, and how many of them are equal.
// One pass over the map, no copy of it; sums in double, the same for any number of threads.
#pragma once

#include <cstddef>

#include "sharpem/volume.hpp"

namespace sharpem {

/// Standard deviation and third standardised moment: both 0 where all values are the same.
struct Scatter {
  double rms = 0;
  double skewness = 0;
};

struct Statistics {
  double minimum = 0, maximum = 0;
  double mean = 0;
  Scatter all;
  std::size_t at_minimum = 0, at_maximum = 0;  // voxels of exactly that value
  /// The commonest of 0, the first voxel and the minimum: what fills the empty part of a map.
  double flat_value = 0;
  std::size_t flat = 0;
  Scatter filled;  // without the voxels of the flat value
  /// Values that are NaN or infinite. Where there are any, the others mean nothing.
  std::size_t nonfinite = 0;
};

Statistics statistics_of(VolumeView map);

}  // namespace sharpem
