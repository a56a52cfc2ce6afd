#include "arrays.hpp"
#include "sharpem/reference.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

py::tuple protein() {
  return py::make_tuple(array_of(std::vector<double>(typical_protein().s)),
                        array_of(std::vector<double>(typical_protein().value)));
}

}  // namespace

void bind_reference(py::module_& m) {
  m.def("typical_protein", &protein,
        "Logarithm of a typical protein's mean intensity at B = 0, electrons: s (1/A), and that.");
  m.def("coarsest_of_fit", &coarsest_of_fit, py::arg("resolution"),
        "Lowest resolution (A) of fits that end at a resolution (A).");
}
