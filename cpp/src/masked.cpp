#include "sharpem/masked.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "check.hpp"
#include "half_transform.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace sharpem {
namespace {

using Term = Spectrum::Term;

constexpr unsigned phase_bits = 12;  // far finer than the noise of any shell can show
constexpr std::size_t phase_count = std::size_t{1} << phase_bits;

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA): every bit depends on every bit.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::vector<Term> unit_circle() {
  std::vector<Term> circle(phase_count);
  for (std::size_t i = 0; i < phase_count; ++i) {
    const double angle = 2 * std::acos(-1.0) * static_cast<double>(i) / phase_count;
    circle[i] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
  return circle;
}

/// One random phase factor for every coefficient of a grid, those of Friedel mates conjugate.
class RandomPhases {
 public:
  RandomPhases(const Spectrum& spectrum, std::uint64_t seed)
      : grid_(spectrum.grid()), seed_(mixed(seed)), circle_(unit_circle()) {}

  /// Where h = 0, or nx/2, the mate (-h, -k, -l) is stored too.
  Term in_plane(int h, int k, int l) const {
    const int k_mate = mate(k, grid_.ny), l_mate = mate(l, grid_.nz);
    if (k == k_mate && l == l_mate) return {(draw(h, k, l) & 1U) != 0 ? 1.0F : -1.0F, 0.0F};
    const bool first = l != l_mate ? l > l_mate : k > k_mate;
    return first ? inside(h, k, l) : std::conj(inside(h, k_mate, l_mate));
  }
  Term inside(int h, int k, int l) const { return circle_[draw(h, k, l)]; }

 private:
  static int mate(int i, std::size_t n) { return 2 * i == -static_cast<int>(n) ? i : -i; }

  std::size_t draw(int h, int k, int l) const {
    const auto word = [](int i) { return static_cast<std::uint64_t>(i) + (1U << 20U); };
    const std::uint64_t place = word(h) << 42U | word(k) << 21U | word(l);
    return static_cast<std::size_t>(mixed(place ^ seed_) >> (64U - phase_bits));
  }

  Shape grid_;
  std::uint64_t seed_;
  std::vector<Term> circle_;
};

}  // namespace

void multiply_by_mask(Spectrum& spectrum, const RadialCurve& factor, VolumeView mask) {
  if (mask.data == nullptr || !(mask.shape == spectrum.grid())) {
    refuse("mask on another grid than the spectrum");
  }
  HalfTransform half(spectrum);
  half.fill(spectrum, &factor, Mean::remove);
  const std::size_t voxels = mask.shape.plane();
  const auto scale = static_cast<float>(1 / static_cast<double>(mask.shape.voxels()));
  parallel_pieces(mask.shape.nz, [&] {
    return [&, columns = Buffer(), plane = Buffer(voxels)](std::size_t z) mutable {
      const float* weight = mask.data + z * voxels;
      if (std::all_of(weight, weight + voxels, [](float w) { return w == 0; })) {
        half.clear_plane(z);
        return;
      }
      half.plane_to(z, columns, plane.data());
      for (std::size_t i = 0; i < voxels; ++i) plane[i] *= weight[i];
      half.plane_from(z, columns, plane.data(), scale);
    };
  });
  half.transform_into(spectrum);
}

void randomise_phases(Spectrum& spectrum, double d_from, std::uint64_t seed) {
  if (!(d_from > 0)) refuse("random phases from ", d_from, " A: expected a positive number");
  const double from = 1 / (d_from * d_from);
  const RandomPhases phases(spectrum, seed);
  for_rows(spectrum, [&](const Row& row) {
    Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) {
      if (row.s_squared(h) <= from) continue;
      terms[h] *= spectrum.multiplicity(h) == 1 ? phases.in_plane(h, row.k(), row.l())
                                                : phases.inside(h, row.k(), row.l());
    }
  });
}

}  // namespace sharpem
