// Small random maps, the same on every machine, and naive neighbour lists.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "sharpem/contour.hpp"

namespace sharpem::testing {

/// A linear congruential generator: the standard library's distributions differ between platforms.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// Even in [0, 1).
  float operator()() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<float>(state_ >> 40) * 0x1p-24f;
  }

 private:
  std::uint64_t state_;
};

inline std::vector<float> random_map(const Shape& shape, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> map(shape.voxels());
  for (float& value : map) value = random();
  return map;
}

/// Sizes around one and two words, odd ones, and ones where neighbours coincide in a periodic box.
inline const std::vector<Shape> odd_shapes = {
    {1, 1, 1},  {2, 2, 2},  {1, 1, 70}, {70, 1, 1},  {1, 70, 1},  {2, 1, 3},   {5, 7, 1}, {3, 2, 2},
    {4, 5, 63}, {3, 4, 64}, {5, 3, 65}, {3, 5, 128}, {4, 3, 129}, {20, 9, 11}, {35, 6, 7}};

inline const std::array<Adjacency, 3> adjacencies = {Adjacency::face, Adjacency::edge,
                                                     Adjacency::corner};

/// Calls use(index) for each voxel that touches voxel (z, y, x).
template <class Use>
void for_touching(const Shape& shape, std::array<int, 3> at, Adjacency adjacency, bool wrap,
                  const Use& use) {
  const std::array<int, 3> n = {static_cast<int>(shape.nz), static_cast<int>(shape.ny),
                                static_cast<int>(shape.nx)};
  const int reach = adjacency == Adjacency::face ? 1 : adjacency == Adjacency::edge ? 2 : 3;
  for (int step = 0; step < 27; ++step) {
    const std::array<int, 3> d = {step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
    const int far = std::abs(d[0]) + std::abs(d[1]) + std::abs(d[2]);
    if (far == 0 || far > reach) continue;
    std::array<int, 3> to{};
    bool in_box = true;
    for (std::size_t i = 0; i < 3; ++i) {
      in_box = in_box && at[i] + d[i] >= 0 && at[i] + d[i] < n[i];
      to[i] = (at[i] + d[i] + n[i]) % n[i];
    }
    if (in_box || wrap) use(static_cast<std::size_t>((to[0] * n[1] + to[1]) * n[2] + to[2]));
  }
}

inline std::array<int, 3> position(const Shape& shape, std::size_t index) {
  return {static_cast<int>(index / shape.plane()), static_cast<int>(index / shape.nx % shape.ny),
          static_cast<int>(index % shape.nx)};
}

/// The contour of a map whose inside voxels are 1 and others 0.
inline BitMask mask_of(const std::vector<float>& map, const Shape& shape, float threshold = 0.5f) {
  return inside_contour({map.data(), shape}, threshold);
}

}  // namespace sharpem::testing
