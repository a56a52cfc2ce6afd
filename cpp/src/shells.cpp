#include "sharpem/shells.hpp"

#include <algorithm>
#include <cmath>

#include "check.hpp"
#include "rows.hpp"

namespace sharpem {
namespace {

/// Shell of a given s: a coarse table, even in s, says where to start looking.
class ShellFinder {
 public:
  explicit ShellFinder(const std::vector<double>& edges) : edges_(edges) {
    check();
    first_.resize(4 * edges.size());
    per_s_ = static_cast<double>(first_.size()) / (edges.back() - edges.front());
    std::size_t shell = 0;
    for (std::size_t i = 0; i < first_.size(); ++i) {
      const double s = edges.front() + static_cast<double>(i) / per_s_;
      while (shell + 2 < edges.size() && s * (1 + 1e-12) >= edges[shell + 1]) ++shell;
      first_[i] = shell == 0 ? 0 : shell - 1;  // one early, against rounding
    }
  }

  std::size_t shells() const { return edges_.size() - 1; }

  bool contains(double s) const { return s >= edges_.front() && s < edges_.back(); }

  std::size_t operator()(double s) const {
    const auto cell = static_cast<std::size_t>((s - edges_.front()) * per_s_);
    std::size_t shell = first_[std::min(cell, first_.size() - 1)];
    while (s >= edges_[shell + 1]) ++shell;
    return shell;
  }

 private:
  void check() const {
    if (edges_.size() < 2) refuse("shells: ", edges_.size(), " edges given, expected at least 2");
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      if (!std::isfinite(edges_[i]) || edges_[i] < 0 || (i > 0 && edges_[i] <= edges_[i - 1])) {
        refuse("shells: edges[", i, "] = ", edges_[i], ": expected ascending s >= 0");
      }
    }
  }

  const std::vector<double>& edges_;
  std::vector<std::size_t> first_;
  double per_s_ = 0;
};

/// Five numbers that are summed for a shell; the first two are the terms and their s.
using Sums = std::array<double, 5>;

/// The sums of the shells, those of one shell at a time in registers: along a row it is the same
/// one, or the next, for several terms.
class Summing {
 public:
  Summing(const ShellFinder& shell_of, const std::vector<double>& edges)
      : shell_of_(shell_of), edges_(edges), sums_(shell_of.shells()) {}

  /// Adds what `values(h)` tells of the terms of a row, an array of three.
  template <class Values>
  void add(const Spectrum& spectrum, const Row& row, const Values& values) {
    std::size_t shell = 0;
    Sums now = sums_[shell];
    double low = edges_[shell], high = edges_[shell + 1];
    const bool axis = row.k() == 0 && row.l() == 0;  // it begins with F(000)
    for (int h = std::max(row.begin(), axis ? 1 : 0); h < row.end(); ++h) {
      const double s = std::sqrt(row.s_squared(h));
      if (!shell_of_.contains(s)) continue;
      const std::array<double, 3> value = values(h);
      if (value[1] == 0 || value[2] == 0) continue;  // absent: gaps.hpp
      if (s < low || s >= high) {
        sums_[shell] = now;
        shell = shell_of_(s);
        now = sums_[shell];
        low = edges_[shell];
        high = edges_[shell + 1];
      }
      const double weight = spectrum.multiplicity(h);
      now[0] += weight;
      now[1] += weight * s;
      for (std::size_t j = 0; j < 3; ++j) now[j + 2] += weight * value[j];
    }
    sums_[shell] = now;
  }

  std::vector<Sums> result() && { return std::move(sums_); }

 private:
  const ShellFinder& shell_of_;
  const std::vector<double>& edges_;
  std::vector<Sums> sums_;
};

/// Sums over shells of what `of_row(row)` tells of its terms: layers in parallel, added in order.
template <class OfRow>
std::vector<Sums> sum_shells(const Spectrum& spectrum, const std::vector<double>& edges,
                             const OfRow& of_row) {
  const ShellFinder shells(edges);
  std::vector<std::vector<Sums>> of_layer(layers(spectrum));
  parallel_for(of_layer.size(), [&](std::size_t i) {
    Summing sums(shells, edges);
    for_rows_of_layer(spectrum, i, [&](const Row& row) { sums.add(spectrum, row, of_row(row)); });
    of_layer[i] = std::move(sums).result();
  });
  std::vector<Sums> total(shells.shells());
  for (const auto& layer : of_layer) {
    for (std::size_t shell = 0; shell < total.size(); ++shell) {
      for (std::size_t j = 0; j < 5; ++j) total[shell][j] += layer[shell][j];
    }
  }
  return total;
}

std::vector<double> column(const std::vector<Sums>& sums, std::size_t j) {
  std::vector<double> answer;
  answer.reserve(sums.size());
  for (const Sums& sum : sums) answer.push_back(sum[j]);
  return answer;
}

std::vector<double> mean_s(const std::vector<Sums>& sums, const std::vector<double>& edges) {
  std::vector<double> answer(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    answer[i] = sums[i][0] > 0 ? sums[i][1] / sums[i][0] : (edges[i] + edges[i + 1]) / 2;
  }
  return answer;
}

void check_same(const Spectrum& one, const Spectrum& two) {
  if (!(one.grid() == two.grid())) {
    refuse("spectra on different grids: ", one.grid().nz, " x ", one.grid().ny, " x ",
           one.grid().nx, " and ", two.grid().nz, " x ", two.grid().ny, " x ", two.grid().nx);
  }
  if (!(one.cell() == two.cell())) {
    refuse("spectra with different unit cells, for example a = ", one.cell().a, " and ",
           two.cell().a, " A");
  }
  if (one.d_min() != two.d_min()) {
    refuse("spectra with different limits: ", one.d_min(), " and ", two.d_min(), " A");
  }
}

}  // namespace

ShellSums shell_sums(const Spectrum& spectrum, const std::vector<double>& edges) {
  const auto sums = sum_shells(spectrum, edges, [&](const Row& row) {
    return [terms = spectrum.row(row.k(), row.l())](int h) {
      const double power = std::norm(std::complex<double>(terms[h]));
      return std::array<double, 3>{std::sqrt(power), power, power};
    };
  });
  return {column(sums, 0), mean_s(sums, edges), column(sums, 2), column(sums, 3)};
}

CrossSums cross_sums(const Spectrum& one, const Spectrum& two, const std::vector<double>& edges) {
  check_same(one, two);
  const auto sums = sum_shells(one, edges, [&](const Row& row) {
    return [a = one.row(row.k(), row.l()), b = two.row(row.k(), row.l())](int h) {
      const std::complex<double> f1 = a[h], f2 = b[h];
      const double cross = f1.real() * f2.real() + f1.imag() * f2.imag();
      return std::array<double, 3>{cross, std::norm(f1), std::norm(f2)};
    };
  });
  return {column(sums, 0), mean_s(sums, edges), column(sums, 2), column(sums, 3), column(sums, 4)};
}

}  // namespace sharpem
