#include "sharpem/gaps.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "rows.hpp"
#include "sharpem/shells.hpp"

namespace sharpem {
namespace {

constexpr double nothing = 1e-6;    // of a shell's mean power
constexpr double emptiest = 1e-10;  // of the strongest shell's: rounding errors beyond a filter

/// The power below which a coefficient is absent, by resolution; 0 in shells that are empty.
class Threshold {
 public:
  Threshold(const Spectrum& spectrum, const std::vector<double>& edges) : edges_(edges) {
    const ShellSums sums = shell_sums(spectrum, edges);
    power_.reserve(edges.size());
    double strongest = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      power_.push_back(sums.terms[i] > 0 ? sums.power[i] / sums.terms[i] : 0);
      strongest = std::max(strongest, power_.back());
    }
    std::vector<bool> empty;
    empty.reserve(power_.size());
    for (const double power : power_) empty.push_back(!(power > emptiest * strongest));
    for (std::size_t i = 0; i < power_.size(); ++i) {
      // A shell beside an empty one holds the edge of a low-pass filter.
      const bool edge = (i > 0 && empty[i - 1]) || (i + 1 < power_.size() && empty[i + 1]);
      power_[i] = empty[i] || edge ? 0 : nothing * power_[i];
    }
  }

  double operator()(double s_squared) const {
    const double s = std::sqrt(s_squared);
    if (s < edges_.front() || s >= edges_.back()) return 0;
    const auto next = std::upper_bound(edges_.begin(), edges_.end(), s);
    return power_[static_cast<std::size_t>(next - edges_.begin()) - 1];
  }

 private:
  const std::vector<double>& edges_;
  std::vector<double> power_;
};

/// work(term, row, h, threshold) for the coefficients of a layer in shells that are not empty.
template <class S, class Work>
void for_terms_of_layer(S& spectrum, std::size_t i, const Threshold& threshold, const Work& work) {
  for_rows_of_layer(spectrum, i, [&](const Row& row) {
    auto* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) {
      if (h == 0 && row.k() == 0 && row.l() == 0) continue;
      const double least = threshold(row.s_squared(h));
      if (least > 0) work(terms[h], row, h, least);
    }
  });
}

bool is_absent(const Spectrum::Term& term, double least) {
  return std::norm(std::complex<double>(term)) <= least;
}

/// Adds `weight` times u u^T, with u the direction of s.
void add_direction(Tensor& sum, const std::array<double, 3>& s, double weight) {
  const double w = weight / squared_length(s);
  const std::array<double, 6> products{s[0] * s[0], s[1] * s[1], s[2] * s[2],
                                       s[0] * s[1], s[0] * s[2], s[1] * s[2]};
  for (std::size_t i = 0; i < 6; ++i) sum[i] += w * products[i];
}

void add(Gaps& sum, const Gaps& other) {
  sum.terms += other.terms;
  sum.absent += other.absent;
  for (std::size_t i = 0; i < 6; ++i) {
    sum.all[i] += other.all[i];
    sum.empty[i] += other.empty[i];
  }
}

Gaps gaps_of_layer(const Spectrum& spectrum, std::size_t i, const Threshold& threshold) {
  Gaps gaps;
  const auto count = [&](const auto& term, const Row& row, int h, double least) {
    const auto s = spectrum.reciprocal().s(h, row.k(), row.l());
    const double weight = spectrum.multiplicity(h);
    gaps.terms += weight;
    add_direction(gaps.all, s, weight);
    if (!is_absent(term, least)) return;
    gaps.absent += weight;
    add_direction(gaps.empty, s, weight);
  };
  for_terms_of_layer(spectrum, i, threshold, count);
  return gaps;
}

void divide(Tensor& sum, double by) {
  for (double& value : sum) value = by > 0 ? value / by : 0;
}

}  // namespace

Gaps clear_gaps(Spectrum& spectrum, const std::vector<double>& edges, double least) {
  const Threshold threshold(spectrum, edges);
  std::vector<Gaps> of_layer(layers(spectrum));
  parallel_for(of_layer.size(),
               [&](std::size_t i) { of_layer[i] = gaps_of_layer(spectrum, i, threshold); });
  Gaps gaps;  // added in order, so that the number of threads changes no bit
  for (const Gaps& layer : of_layer) add(gaps, layer);
  divide(gaps.all, gaps.terms);
  divide(gaps.empty, gaps.absent);
  if (!(gaps.absent > least * gaps.terms)) return gaps;
  parallel_for(layers(spectrum), [&](std::size_t i) {
    for_terms_of_layer(spectrum, i, threshold, [](auto& term, const Row&, int, double power) {
      if (is_absent(term, power)) term = 0;
    });
  });
  return gaps;
}

void copy_gaps(const Spectrum& from, Spectrum& to) {
  for_rows(to, [&](const Row& row) {
    if (row.k() < from.k_min() || row.k() > from.k_max()) return;
    if (row.l() < from.l_min() || row.l() > from.l_max()) return;
    const auto* source = from.row(row.k(), row.l());
    auto* terms = to.row(row.k(), row.l());
    for (int h = row.begin(); h < std::min(row.end(), from.h_max() + 1); ++h) {
      if (source[h] == Spectrum::Term(0)) terms[h] = 0;
    }
  });
}

}  // namespace sharpem
