#include "sharpem/reference.hpp"

#include <algorithm>

namespace sharpem {
namespace {

constexpr double table[][2] = {
#include "reference_table.inc"
};

}  // namespace

const Profile& typical_protein() {
  static const Profile profile = [] {
    Profile made;
    for (const auto& [s, ln_intensity] : table) {
      made.s.push_back(s);
      made.value.push_back(ln_intensity);
    }
    return made;
  }();
  return profile;
}

double coarsest_of_fit(double resolution) { return std::max(11.0, 2 * resolution); }

}  // namespace sharpem
