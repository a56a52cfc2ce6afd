#include "sharpem/block_sums.hpp"

#include "check.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

/// Adds up a row of voxels that lies in the blocks from `block` on.
void add_row(const float* row, std::size_t side, float empty, double scale, std::size_t block,
             std::size_t end, BlockSums& sums) {
  for (; block < end; ++block, row += side) {
    double count = 0, first = 0, second = 0, third = 0;
    for (std::size_t x = 0; x < side; ++x) {
      const double d = (static_cast<double>(row[x]) - static_cast<double>(empty)) * scale;
      count += row[x] == empty ? 0 : 1;
      first += d;
      second += d * d;
      third += d * d * d;
    }
    sums.count[block] += count;
    sums.first[block] += first;
    sums.second[block] += second;
    sums.third[block] += third;
  }
}

}  // namespace

BlockSums block_sums(VolumeView map, const Shape& side, float empty, double scale) {
  const Shape& shape = map.shape;
  if (map.data == nullptr || side.voxels() == 0) refuse("sums over blocks: expected a map, sides");
  const Shape blocks{shape.nz / side.nz, shape.ny / side.ny, shape.nx / side.nx};
  if (blocks.voxels() == 0) refuse("sums over blocks that are larger than the map");
  const std::vector<double> zeros(blocks.voxels());
  BlockSums sums{blocks, zeros, zeros, zeros, zeros};
  parallel_for(blocks.nz, [&](std::size_t block_z) {
    for (std::size_t z = block_z * side.nz; z < (block_z + 1) * side.nz; ++z) {
      for (std::size_t y = 0; y < blocks.ny * side.ny; ++y) {
        const std::size_t block = (block_z * blocks.ny + y / side.ny) * blocks.nx;
        add_row(map.data + (z * shape.ny + y) * shape.nx, side.nx, empty, scale, block,
                block + blocks.nx, sums);
      }
    }
  });
  return sums;
}

}  // namespace sharpem
