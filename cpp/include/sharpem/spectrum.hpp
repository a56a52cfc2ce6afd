// The Fourier coefficients ("terms") of a real map, kept up to a resolution limit.
//
// Normalisation: F(hkl) = 1/N sum rho exp(-2 pi i h.x), so that the map is the plain sum of its
// terms. From a map and back: transform.hpp. Only terms with d >= d_min are kept; all others are
// zero. F(000) is kept, as the map's mean. Half of reciprocal space is stored (h >= 0); the other
// half is its complex conjugate. On a grid with an even number of points the last index, -n/2,
// stands for n/2 as well. Everything is in P1. Storage is a packed box of indices, so a
// low-resolution spectrum of a finely sampled map is small.
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

class Spectrum {
 public:
  using Term = std::complex<float>;

  /// An empty spectrum (all terms zero). d_min = 0 keeps every term of the grid.
  Spectrum(Shape grid, const UnitCell& cell, double d_min);

  /// Memory that such a spectrum holds, bytes: 8 for each term of the box of indices.
  static std::size_t bytes(Shape grid, const UnitCell& cell, double d_min);

  const Shape& grid() const { return grid_; }
  const UnitCell& cell() const { return cell_; }
  const ReciprocalCell& reciprocal() const { return reciprocal_; }
  double d_min() const { return d_min_; }

  /// Range of the stored indices, ends included. The lowest k (l) is -ny/2 at most, the highest
  /// (ny - 1)/2 at most; h runs from 0 to h_max.
  int h_max() const { return h_max_; }
  int k_min() const { return k_min_; }
  int k_max() const { return k_max_; }
  int l_min() const { return l_min_; }
  int l_max() const { return l_max_; }
  std::size_t row_size() const { return static_cast<std::size_t>(h_max_) + 1; }

  /// Terms h = 0 .. h_max of one (k, l). Those beyond the limit are 0 and have to stay so.
  Term* row(int k, int l) { return terms_.data() + offset(k, l); }
  const Term* row(int k, int l) const { return terms_.data() + offset(k, l); }

  /// How many terms of the full sphere a stored term stands for: 2, or 1 where h = 0 (its mate is
  /// stored too) and where h = nx/2 with even nx.
  double multiplicity(int h) const {
    return h == 0 || 2 * static_cast<std::size_t>(h) == grid_.nx ? 1 : 2;
  }

  /// Kept: inside the resolution limit.
  bool keeps(double s_squared) const { return s_squared <= s_squared_max_; }
  /// The limit of keeps(), infinite for d_min = 0.
  double s_squared_max() const { return s_squared_max_; }
  /// Where curves that are applied to it have to end, 1/A: 1 / d_min, or the length of the longest
  /// vector to a stored term for d_min = 0.
  double s_max() const;

  double mean() const { return row(0, 0)[0].real(); }

 private:
  friend std::size_t synthesis_bytes(Shape grid, const UnitCell& cell, double d_min, int threads);
  friend void filter_map(MutableVolumeView map, const UnitCell& cell, double d_min,
                         const RadialCurve& factor);
  struct WithoutTerms {};
  Spectrum(Shape grid, const UnitCell& cell, double d_min, WithoutTerms tag);
  std::size_t size() const;
  std::size_t offset(int k, int l) const;

  Shape grid_;
  UnitCell cell_;
  ReciprocalCell reciprocal_;
  double d_min_ = 0, s_squared_max_ = 0;
  int h_max_ = 0, k_min_ = 0, k_max_ = 0, l_min_ = 0, l_max_ = 0;
  std::vector<Term> terms_;
};

/// The same terms on another grid over the same cell, to d_min (A): the map resampled without loss,
/// as far as the new grid and d_min go. Throws std::invalid_argument for a d_min finer than the
/// input's.
Spectrum resampled(const Spectrum& spectrum, Shape grid, double d_min);

/// The terms of what a map, times a radial factor, is at the points of another grid over the same
/// cell. Terms that a grid too coarse for them cannot tell apart are added up, so that the mean
/// square over the points stays that of the map, but for chance.
Spectrum sampled_on(const Spectrum& spectrum, const RadialCurve& factor, Shape grid);

/// Multiplies every term by a radial factor, in place. F(000) is multiplied by the factor at s = 0.
void apply_filter(Spectrum& spectrum, const RadialCurve& factor);

/// Multiplies every term by exp(sign * (q - b_iso s^2) / 4), q = s^T B s, b_iso = mean of the
/// diagonal of B: sign = +1 removes the anisotropy B, -1 puts it back.
void apply_anisotropy(Spectrum& spectrum, const Tensor& b, double sign);

}  // namespace sharpem
