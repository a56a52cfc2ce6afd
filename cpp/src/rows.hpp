// The kept terms of one row (k, l) of a spectrum.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/fft.hpp"
#include "parallel.hpp"
#include "sharpem/spectrum.hpp"

namespace sharpem {

/// A quadratic form of s along a row: (a h + b) h + c.
struct RowPolynomial : fft::Quadratic {
  double operator()(int h) const { return (a * h + b) * h + c; }
};

/// `form` is a function of the vector s.
template <class Form>
RowPolynomial along_row(const ReciprocalCell& cell, int k, int l, const Form& form) {
  const double c = form(cell.s(0, k, l));
  return {{form(cell.s(1, 0, 0)), (form(cell.s(1, k, l)) - form(cell.s(-1, k, l))) / 2, c}};
}

inline double squared_length(const std::array<double, 3>& s) {
  return s[0] * s[0] + s[1] * s[1] + s[2] * s[2];
}

/// s^2 along one row, and the range of h that the spectrum keeps: a sphere cuts a row in one
/// stretch.
class Row {
 public:
  Row(const Spectrum& spectrum, int k, int l)
      : k_(k),
        l_(l),
        s_squared_(along_row(spectrum.reciprocal(), k, l, squared_length)),
        end_(spectrum.h_max() + 1) {
    if (spectrum.d_min() > 0) cut(spectrum);
  }

  int k() const { return k_; }
  int l() const { return l_; }
  int begin() const { return begin_; }
  int end() const { return end_; }
  double s_squared(int h) const { return s_squared_(h); }

 private:
  void cut(const Spectrum& spectrum) {
    const double middle = -s_squared_.b / (2 * s_squared_.a);
    const double limit = 1 / (spectrum.d_min() * spectrum.d_min());
    const double rest = limit - (s_squared_.c - s_squared_.a * middle * middle);
    const double half = std::sqrt(std::max(rest, 0.0) / s_squared_.a);
    const double last = spectrum.h_max();
    // One more on each side than rounding could hide; then the exact rule.
    begin_ = static_cast<int>(std::clamp(std::ceil(middle - half) - 1, 0.0, last));
    end_ = static_cast<int>(std::clamp(std::floor(middle + half) + 1, 0.0, last)) + 1;
    while (begin_ < end_ && !spectrum.keeps(s_squared_(begin_))) ++begin_;
    while (begin_ < end_ && !spectrum.keeps(s_squared_(end_ - 1))) --end_;
  }

  int k_, l_;
  RowPolynomial s_squared_;
  int begin_ = 0, end_ = 0;
};

/// Of the corners of the box of stored indices: no term, kept or not, lies further out.
inline double largest_s_squared(const Spectrum& spectrum) {
  double corner = 0;
  for (const int k : {spectrum.k_min(), spectrum.k_max()}) {
    for (const int l : {spectrum.l_min(), spectrum.l_max()}) {
      corner = std::max(corner, spectrum.reciprocal().s_squared(spectrum.h_max(), k, l));
    }
  }
  return corner;
}

inline std::size_t layers(const Spectrum& spectrum) {
  return static_cast<std::size_t>(spectrum.l_max() - spectrum.l_min()) + 1;
}

/// work(row) for every row of layer i, that is l = l_min + i.
template <class Work>
void for_rows_of_layer(const Spectrum& spectrum, std::size_t i, const Work& work) {
  const int l = spectrum.l_min() + static_cast<int>(i);
  for (int k = spectrum.k_min(); k <= spectrum.k_max(); ++k) work(Row(spectrum, k, l));
}

/// work(row) for every row, layers in parallel.
template <class Work>
void for_rows(const Spectrum& spectrum, const Work& work) {
  parallel_for(layers(spectrum), [&](std::size_t i) { for_rows_of_layer(spectrum, i, work); });
}

}  // namespace sharpem
