// Small maps with known Fourier terms, and the slow transform that defines them.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "sharpem/transform.hpp"

namespace sharpem::testing {

inline constexpr double pi = 3.14159265358979323846;
inline const UnitCell triclinic{23, 31, 27, 80, 95, 108};

struct Map {
  explicit Map(Shape s) : shape(s), data(s.voxels()) {}
  VolumeView view() const { return {data.data(), shape}; }
  MutableVolumeView out() { return {data.data(), shape}; }

  Shape shape;
  std::vector<float> data;
};

inline Map noise(Shape shape, unsigned seed) {
  Map map(shape);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.3F, 1.0F);
  for (float& value : map.data) value = normal(random);
  return map;
}

/// map(x, y, z) of fractional coordinates.
template <class Density>
Map sampled(Shape shape, const Density& density) {
  Map map(shape);
  const auto part = [](std::size_t i, std::size_t n) {
    return static_cast<double>(i) / static_cast<double>(n);
  };
  std::size_t i = 0;
  for (std::size_t z = 0; z < shape.nz; ++z) {
    for (std::size_t y = 0; y < shape.ny; ++y) {
      for (std::size_t x = 0; x < shape.nx; ++x) {
        map.data[i++] =
            static_cast<float>(density(part(x, shape.nx), part(y, shape.ny), part(z, shape.nz)));
      }
    }
  }
  return map;
}

/// F(hkl) = 1/N sum rho exp(-2 pi i h.x), term by term.
inline std::complex<double> slow_term(const Map& map, int h, int k, int l) {
  std::complex<double> sum = 0;
  const auto& n = map.shape;
  std::size_t i = 0;
  for (std::size_t z = 0; z < n.nz; ++z) {
    for (std::size_t y = 0; y < n.ny; ++y) {
      for (std::size_t x = 0; x < n.nx; ++x) {
        const double turns = h * static_cast<double>(x) / static_cast<double>(n.nx) +
                             k * static_cast<double>(y) / static_cast<double>(n.ny) +
                             l * static_cast<double>(z) / static_cast<double>(n.nz);
        sum += static_cast<double>(map.data[i++]) * std::polar(1.0, -2 * pi * turns);
      }
    }
  }
  return sum / static_cast<double>(n.voxels());
}

/// work(h, k, l, term) for every stored term.
template <class S, class Work>
void for_terms(S&& spectrum, const Work& work) {
  for (int l = spectrum.l_min(); l <= spectrum.l_max(); ++l) {
    for (int k = spectrum.k_min(); k <= spectrum.k_max(); ++k) {
      for (int h = 0; h <= spectrum.h_max(); ++h) work(h, k, l, spectrum.row(k, l)[h]);
    }
  }
}

inline Map synthesised(const Spectrum& spectrum) {
  Map map(spectrum.grid());
  synthesise(spectrum, map.out());
  return map;
}

inline Map synthesised(const Spectrum& spectrum, const RadialCurve& factor) {
  Map map(spectrum.grid());
  synthesise(spectrum, factor, map.out());
  return map;
}

inline bool same_terms(const Spectrum& one, const Spectrum& two) {
  bool same = true;
  for_terms(one, [&](int h, int k, int l, const Spectrum::Term& term) {
    same = same && term == two.row(k, l)[h];
  });
  return same;
}

inline double largest_difference(const Map& a, const Map& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a.data[i]) - b.data[i]));
  }
  return largest;
}

}  // namespace sharpem::testing
