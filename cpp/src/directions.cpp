#include "sharpem/directions.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <utility>

#include "check.hpp"
#include "rows.hpp"

namespace sharpem {
namespace {

using Vector = std::array<double, 3>;

constexpr int cells_across = 4;
constexpr std::size_t pieces = 16;  // of a spectrum: each has sums of its own

/// Direction with the component of largest size positive, and the face of the cube it points to.
struct Folded {
  explicit Folded(Vector s) {
    for (std::size_t i = 1; i < 3; ++i) {
      if (std::abs(s[i]) > std::abs(s[face])) face = i;
    }
    const double length = std::copysign(std::sqrt(squared_length(s)), s[face]);
    for (std::size_t i = 0; i < 3; ++i) u[i] = s[i] / length;
  }

  std::size_t cell() const {
    const auto along = [&](std::size_t axis) {
      const int i = static_cast<int>((u[axis % 3] / u[face] + 1) * cells_across / 2);
      return static_cast<std::size_t>(std::clamp(i, 0, cells_across - 1));
    };
    return (face * cells_across + along(face + 1)) * cells_across + along(face + 2);
  }

  std::size_t face = 0;
  Vector u{};
};

void add_to(std::vector<double>& sums, const std::vector<double>& more) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
}

/// Sums of one piece of a spectrum: pieces are added in their order.
struct PieceSums {
  explicit PieceSums(std::size_t size)
      : sums{zeros(size), zeros(size), zeros(size), zeros(size), zeros(3 * direction_cells)} {}

  void add(std::size_t shell, const Folded& at, std::complex<double> f1, std::complex<double> f2,
           double weight) {
    const double norm_1 = std::norm(f1), norm_2 = std::norm(f2);
    if (norm_1 == 0 || norm_2 == 0) return;  // absent: gaps.hpp
    const std::size_t cell = at.cell(), place = shell * direction_cells + cell;
    sums.terms[place] += weight;
    sums.cross[place] += weight * (f1.real() * f2.real() + f1.imag() * f2.imag());
    sums.power_1[place] += weight * norm_1;
    sums.power_2[place] += weight * norm_2;
    for (std::size_t j = 0; j < 3; ++j) sums.directions[3 * cell + j] += weight * at.u[j];
  }

  void add(const PieceSums& other) {
    add_to(sums.terms, other.sums.terms);
    add_to(sums.cross, other.sums.cross);
    add_to(sums.power_1, other.sums.power_1);
    add_to(sums.power_2, other.sums.power_2);
    add_to(sums.directions, other.sums.directions);
  }

  DirectionSums sums;

 private:
  static std::vector<double> zeros(std::size_t n) { return std::vector<double>(n); }
};

/// Linear between shells; asked with s in any order.
class Table {
 public:
  Table(const std::vector<double>& s, const std::vector<Harmonics>& values)
      : s_(s), values_(values) {
    if (s.empty() || s.size() != values.size()) refuse("directional filter without shells");
    for (std::size_t i = 1; i < s.size(); ++i) {
      if (!(s[i] > s[i - 1])) refuse("directional filter with s[", i, "] not above the one before");
    }
  }

  double exponent(double s, const Harmonics& at) const {
    const auto next = std::upper_bound(s_.begin(), s_.end(), s) - s_.begin();
    if (next == 0) return product(values_.front(), at);
    const auto i = static_cast<std::size_t>(next);
    if (i == s_.size()) return product(values_.back(), at);
    const double part = (s - s_[i - 1]) / (s_[i] - s_[i - 1]);
    return (1 - part) * product(values_[i - 1], at) + part * product(values_[i], at);
  }

 private:
  static double product(const Harmonics& a, const Harmonics& b) {
    double sum = 0;
    for (std::size_t i = 0; i < harmonics_count; ++i) sum += a[i] * b[i];
    return sum;
  }

  const std::vector<double>& s_;
  const std::vector<Harmonics>& values_;
};

}  // namespace

Harmonics harmonics(const std::array<double, 3>& u) {
  const double x = u[0], y = u[1], z = u[2], x2 = x * x, y2 = y * y, z2 = z * z;
  static const double a = std::sqrt(15.0), b = std::sqrt(5.0), c = 1.5 * std::sqrt(35.0);
  static const double d = 1.5 * std::sqrt(2.5), half = std::sqrt(0.5);
  return {1,
          a * x * y,
          a * y * z,
          b / 2 * (3 * z2 - 1),
          a * x * z,
          a / 2 * (x2 - y2),
          c * x * y * (x2 - y2),
          c * half * (3 * x2 - y2) * y * z,
          1.5 * b * x * y * (7 * z2 - 1),
          d * y * z * (7 * z2 - 3),
          0.375 * (35 * z2 * z2 - 30 * z2 + 3),
          d * x * z * (7 * z2 - 3),
          0.75 * b * (x2 - y2) * (7 * z2 - 1),
          c * half * (x2 - 3 * y2) * x * z,
          c / 4 * (x2 * x2 - 6 * x2 * y2 + y2 * y2)};
}

DirectionSums direction_sums(const Spectrum& one, const Spectrum& two,
                             const std::vector<double>& edges) {
  if (!(one.grid() == two.grid()) || one.d_min() != two.d_min()) {
    refuse("sums over directions of two spectra with different grids or limits");
  }
  if (edges.size() < 2) refuse("shells: ", edges.size(), " edges given, expected at least 2");
  const auto add_row = [&](const Row& row, PieceSums& sums) {
    const Spectrum::Term* first = one.row(row.k(), row.l());
    const Spectrum::Term* second = two.row(row.k(), row.l());
    std::size_t shell = 0;
    for (int h = row.begin(); h < row.end(); ++h) {
      const double s = std::sqrt(row.s_squared(h));
      if (s < edges[shell] || s >= edges[shell + 1]) {  // not that of the term before
        const auto next = std::upper_bound(edges.begin(), edges.end(), s);
        if (next == edges.begin() || next == edges.end()) continue;
        shell = static_cast<std::size_t>(next - edges.begin()) - 1;
      }
      const Folded at(one.reciprocal().s(h, row.k(), row.l()));
      sums.add(shell, at, first[h], second[h], one.multiplicity(h));
    }
  };
  std::vector<PieceSums> of_piece(pieces, PieceSums((edges.size() - 1) * direction_cells));
  parallel_for(pieces, [&](std::size_t piece) {
    const std::size_t end = layers(one) * (piece + 1) / pieces;
    for (std::size_t i = layers(one) * piece / pieces; i < end; ++i) {
      for_rows_of_layer(one, i, [&](const Row& row) { add_row(row, of_piece[piece]); });
    }
  });
  for (std::size_t i = 1; i < pieces; ++i) of_piece[0].add(of_piece[i]);
  DirectionSums answer = std::move(of_piece[0].sums);
  for (std::size_t cell = 0; cell < direction_cells; ++cell) {
    double* u = answer.directions.data() + 3 * cell;
    const double length = std::sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
    for (std::size_t j = 0; j < 3 && length > 0; ++j) u[j] /= length;
  }
  return answer;
}

void apply_directional(Spectrum& spectrum, const std::vector<double>& s,
                       const std::vector<Harmonics>& coefficients) {
  const Table table(s, coefficients);
  for_rows(spectrum, [&](const Row& row) {
    Spectrum::Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) {
      const double length = std::sqrt(row.s_squared(h));
      if (length == 0) continue;
      Vector u = spectrum.reciprocal().s(h, row.k(), row.l());
      for (double& component : u) component /= length;
      const double exponent = table.exponent(length, harmonics(u));
      terms[h] *= static_cast<float>(std::exp(std::clamp(exponent, -80.0, 80.0)));
    }
  });
}

}  // namespace sharpem
