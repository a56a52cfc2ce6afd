// The unit cell of the box that a map spans, and the resolution of its Fourier terms.
//
// Units: lengths in A, angles in degrees. s = 1/d in 1/A, s^2 = h^T G* h. Cartesian frame: a along
// x, b in the xy plane (the PDB's convention). Any angles, not only 90 degrees.
#pragma once

#include <array>

namespace sharpem {

struct UnitCell {
  double a = 0, b = 0, c = 0;
  double alpha = 90, beta = 90, gamma = 90;

  friend bool operator==(const UnitCell& p, const UnitCell& q) {
    return p.a == q.a && p.b == q.b && p.c == q.c && p.alpha == q.alpha && p.beta == q.beta &&
           p.gamma == q.gamma;
  }
};

/// Symmetric tensor in the Cartesian frame: 11, 22, 33, 12, 13, 23.
using Tensor = std::array<double, 6>;

/// From indices (h, k, l), counted along x, y and z, to reciprocal space.
class ReciprocalCell {
 public:
  /// Throws std::invalid_argument for lengths or angles that span no volume, or are longer than
  /// 1e6 A or shorter than 1e-6 A.
  explicit ReciprocalCell(const UnitCell& cell);

  /// The vector s in the Cartesian frame, 1/A.
  std::array<double, 3> s(int h, int k, int l) const {
    return {f_[0] * h, f_[1] * h + f_[2] * k, f_[3] * h + f_[4] * k + f_[5] * l};
  }
  double s_squared(int h, int k, int l) const {
    const auto v = s(h, k, l);
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
  }
  /// Largest index along x, y, z of any term with |s| <= s_max: floor(s_max * length of the edge).
  std::array<int, 3> limits(double s_max) const;

 private:
  std::array<double, 6> f_{};  // lower triangle: s = f h
  std::array<double, 3> edge_{};
};

/// q = s^T B s.
inline double quadratic_form(const Tensor& b, const std::array<double, 3>& s) {
  return b[0] * s[0] * s[0] + b[1] * s[1] * s[1] + b[2] * s[2] * s[2] +
         2 * (b[3] * s[0] * s[1] + b[4] * s[0] * s[2] + b[5] * s[1] * s[2]);
}

}  // namespace sharpem
