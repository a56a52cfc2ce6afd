#include "sharpem/cell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"

namespace sharpem {
namespace {

constexpr double pi = 3.14159265358979323846;

/// Exactly 0 at 90 degrees, so that right-angled cells have no rounding in their cross terms.
double cosine(double degrees) { return degrees == 90 ? 0 : std::cos(degrees * pi / 180); }

/// A. Beyond, squares of s or numbers of terms would leave what int and double hold.
constexpr double shortest = 1e-6, longest = 1e6;

bool is_length(double x) { return x >= shortest && x <= longest; }  // NaN is neither
bool is_angle(double x) { return x > 0 && x < 180; }

void check(const UnitCell& cell, double volume_factor_squared) {
  const bool good = is_length(cell.a) && is_length(cell.b) && is_length(cell.c) &&
                    is_angle(cell.alpha) && is_angle(cell.beta) && is_angle(cell.gamma) &&
                    volume_factor_squared > 1e-9;
  if (!good) {
    refuse("unit cell (", cell.a, ", ", cell.b, ", ", cell.c, ", ", cell.alpha, ", ", cell.beta,
           ", ", cell.gamma, "): expected three lengths from ", shortest, " to ", longest,
           " A and three angles that span a volume");
  }
}

}  // namespace

// s = F^T h, where F turns Cartesian into fractional coordinates (upper triangular in this frame).
ReciprocalCell::ReciprocalCell(const UnitCell& cell) : edge_{cell.a, cell.b, cell.c} {
  const double ca = cosine(cell.alpha), cb = cosine(cell.beta), cg = cosine(cell.gamma);
  const double v_squared = 1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg;
  check(cell, v_squared);
  const double v = std::sqrt(v_squared);
  const double sg = std::sqrt(1 - cg * cg);
  f_ = {1 / cell.a,
        -cg / (cell.a * sg),
        1 / (cell.b * sg),
        (ca * cg - cb) / (cell.a * v * sg),
        (cb * cg - ca) / (cell.b * v * sg),
        sg / (cell.c * v)};
}

std::array<int, 3> ReciprocalCell::limits(double s_max) const {
  constexpr double room = 1e-9;  // a term that lies on the limit counts, whatever the rounding
  std::array<int, 3> largest{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double limit = std::floor(s_max * edge_[i] * (1 + room));
    largest[i] = static_cast<int>(std::clamp(limit, 0.0, 1e9));
  }
  return largest;
}

}  // namespace sharpem
