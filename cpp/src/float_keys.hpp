// Floats as unsigned numbers in the same order: for counting and sorting by their bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace sharpem {

/// Unsigned numbers in the order of the floats.
inline std::uint32_t key_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}

inline float value_of(std::uint32_t key) {
  const std::uint32_t bits = key >> 31 ? key & 0x7fffffffu : ~key;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Sorts by the keys' digits of 11 bits, the lowest first: several times faster than comparing.
inline void sort_ascending(std::vector<float>& values) {
  constexpr unsigned digit_bits = 11, digits = 3;
  constexpr std::uint32_t last = (1U << digit_bits) - 1;
  std::vector<std::uint32_t> keys(values.size()), sorted(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) keys[i] = key_of(values[i]);
  for (unsigned digit = 0; digit < digits; ++digit) {
    const auto digit_of = [=](std::uint32_t key) { return key >> (digit * digit_bits) & last; };
    std::array<std::size_t, last + 2> place{};  // of the next key with each digit
    for (const std::uint32_t key : keys) ++place[digit_of(key) + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    for (const std::uint32_t key : keys) sorted[place[digit_of(key)]++] = key;
    std::swap(keys, sorted);
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(keys[i]);
}

}  // namespace sharpem
