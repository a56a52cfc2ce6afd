#include "arrays.hpp"
#include "sharpem/shells.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* shell_doc = R"(Sums over resolution shells, F(000) left out.

Parameters
----------
spectrum : Spectrum
edges : array of float, shape (n + 1,)
    Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].

Returns
-------
ShellSums)";

constexpr const char* cross_doc =
    R"(Sums over resolution shells of two spectra, for their correlation.

Parameters
----------
one, two : Spectrum
    On the same grid, with the same cell and limit.
edges : array of float, shape (n + 1,)
    Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].

Returns
-------
CrossSums)";

constexpr const char* terms_doc = "Number of terms in the full sphere, shape (n,).";
constexpr const char* s_doc = "Mean s of the shell in 1/A, shape (n,).";

ShellSums sums_of_one(const Spectrum& spectrum, const Numbers& edges) {
  const auto limits = vector_of(edges);
  const py::gil_scoped_release release;
  return shell_sums(spectrum, limits);
}

CrossSums sums_of_two(const Spectrum& one, const Spectrum& two, const Numbers& edges) {
  const auto limits = vector_of(edges);
  const py::gil_scoped_release release;
  return cross_sums(one, two, limits);
}

}  // namespace

void bind_shells(py::module_& m) {
  py::class_<ShellSums>(m, "ShellSums", "Sums over shells of one spectrum.")
      .def_property_readonly("terms", array_member(&ShellSums::terms), terms_doc)
      .def_property_readonly("s", array_member(&ShellSums::s), s_doc)
      .def_property_readonly("amplitude", array_member(&ShellSums::amplitude),
                             "Sum of |F|, shape (n,).")
      .def_property_readonly("power", array_member(&ShellSums::power), "Sum of |F|^2, shape (n,).");
  py::class_<CrossSums>(m, "CrossSums", "Sums over shells of two spectra.")
      .def_property_readonly("terms", array_member(&CrossSums::terms), terms_doc)
      .def_property_readonly("s", array_member(&CrossSums::s), s_doc)
      .def_property_readonly("cross", array_member(&CrossSums::cross),
                             "Sum of Re F1 conj(F2), shape (n,).")
      .def_property_readonly("power_1", array_member(&CrossSums::power_1),
                             "Sum of |F1|^2, shape (n,).")
      .def_property_readonly("power_2", array_member(&CrossSums::power_2),
                             "Sum of |F2|^2, shape (n,).");
  m.def("shell_sums", &sums_of_one, py::arg("spectrum"), py::arg("edges"), shell_doc);
  m.def("cross_sums", &sums_of_two, py::arg("one"), py::arg("two"), py::arg("edges"), cross_doc);
}
