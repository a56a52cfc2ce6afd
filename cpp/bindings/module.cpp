// The extension module sharpem._core: one call per topic.
#include <pybind11/pybind11.h>

namespace py = pybind11;

void bind_filter(py::module_& m);
void bind_spectrum(py::module_& m);
void bind_transform(py::module_& m);
void bind_gaps(py::module_& m);
void bind_shells(py::module_& m);
void bind_half_maps(py::module_& m);
void bind_wilson(py::module_& m);
void bind_molecule(py::module_& m);
void bind_reference(py::module_& m);
void bind_statistics(py::module_& m);
void bind_contour(py::module_& m);
void bind_scan(py::module_& m);
void bind_choice(py::module_& m);
void bind_boxes(py::module_& m);
void bind_bands(py::module_& m);
void bind_blend(py::module_& m);
void bind_runtime(py::module_& m);
void bind_testing(py::module_& m);

PYBIND11_MODULE(_core, m) {
  m.doc() = "sharpem's C++ core. Private: use the functions of the sharpem package.";
  m.attr("__version__") = SHARPEM_VERSION;
  bind_filter(m);  // first: its classes stand in the signatures of the others
  bind_spectrum(m);
  bind_transform(m);
  bind_gaps(m);
  bind_shells(m);
  bind_half_maps(m);
  bind_wilson(m);
  bind_molecule(m);
  bind_reference(m);
  bind_statistics(m);
  bind_contour(m);
  bind_scan(m);
  bind_choice(m);
  bind_boxes(m);
  bind_bands(m);
  bind_blend(m);
  bind_runtime(m);
  bind_testing(m);
}
