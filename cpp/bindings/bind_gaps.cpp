#include "arrays.hpp"
#include "sharpem/gaps.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* clear_doc =
    R"(Set absent Fourier coefficients to zero, where they are many, in place.

Absent is a coefficient whose power is below 1e-6 of the mean of its shell. Sums over shells and fits
leave out coefficients that are exactly zero.

Parameters
----------
spectrum : Spectrum
edges : array of float, shape (n + 1,)
    Ascending s in 1/A, of the shells.
least : float
    Fraction of absent coefficients up to which none is touched.

Returns
-------
Gaps)";

constexpr const char* copy_doc =
    R"(Set those coefficients to zero that are zero in another spectrum, in place.

Parameters
----------
source : Spectrum
target : Spectrum
    Over the same cell.)";

Gaps clear(Spectrum& spectrum, const Numbers& edges, double least) {
  const auto limits = vector_of(edges);
  const py::gil_scoped_release release;
  return clear_gaps(spectrum, limits, least);
}

}  // namespace

void bind_gaps(py::module_& m) {
  py::class_<Gaps>(m, "Gaps", "Which Fourier coefficients of a map are absent.")
      .def_readonly("terms", &Gaps::terms, "Coefficients in shells that are not empty.")
      .def_readonly("absent", &Gaps::absent, "Those of them that are absent.")
      .def_readonly("all", &Gaps::all,
                    "Mean of u u^T over the directions u of all: xx, yy, zz, xy, xz, yz.")
      .def_readonly("empty", &Gaps::empty, "The same over those absent.");
  m.def("clear_gaps", &clear, py::arg("spectrum"), py::arg("edges"), py::arg("least"), clear_doc);
  m.def("copy_gaps", &copy_gaps, py::arg("source"), py::arg("target"),
        py::call_guard<py::gil_scoped_release>(), copy_doc);
}
