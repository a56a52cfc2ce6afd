#include "arrays.hpp"
#include "sharpem/spectrum.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* spectrum_class_doc =
    R"(Fourier terms of a real map, kept up to a resolution limit.

Made by `analyse`. F(hkl) = 1/N sum rho exp(-2 pi i h.x), so that F(000) is the map's mean.)";

constexpr const char* resampled_doc = R"(The same Fourier terms on another grid, to d_min.

Parameters
----------
spectrum : Spectrum
grid : tuple of 3 ints
    Voxels (nz, ny, nx) over the same cell.
d_min : float
    Resolution limit, A; not finer than the input's.

Raises
------
ValueError
    d_min is finer than the limit of the input.)";

constexpr const char* sampled_doc =
    R"(Fourier terms of what a map, times a radial factor, is at the points of another grid.

Terms that a grid too coarse for them cannot tell apart are added up.

Parameters
----------
spectrum : Spectrum
factor : RadialCurve
grid : tuple of 3 ints
    Points (nz, ny, nx) over the same cell.)";

constexpr const char* spectrum_bytes_doc = R"(Memory that a spectrum holds.

Parameters
----------
grid : tuple of 3 ints
    Voxels (nz, ny, nx).
cell : tuple of 6 floats
    a, b, c in A; alpha, beta, gamma in degrees.
d_min : float
    Resolution limit, A; 0 keeps every term.

Returns
-------
int
    Bytes.)";

constexpr const char* apply_doc = R"(Multiply every term by a radial factor, in place.

Parameters
----------
spectrum : Spectrum
curve : RadialCurve)";

constexpr const char* anisotropy_doc =
    R"(Multiply every term by exp(sign (q - b_iso s^2) / 4), in place.

q = s^T B s and b_iso is the mean of the diagonal of B: the mean B of the map stays.

Parameters
----------
spectrum : Spectrum
b : tuple of 6 floats
    B11, B22, B33, B12, B13, B23 in A^2, Cartesian frame (a along x, b in the xy plane).
sign : float
    +1 removes the anisotropy, -1 puts it back.)";

py::tuple grid(const Spectrum& spectrum) {
  return py::make_tuple(spectrum.grid().nz, spectrum.grid().ny, spectrum.grid().nx);
}

py::tuple cell(const Spectrum& spectrum) {
  const UnitCell& c = spectrum.cell();
  return py::make_tuple(c.a, c.b, c.c, c.alpha, c.beta, c.gamma);
}

Spectrum resampled_to(const Spectrum& spectrum, const GridNumbers& grid, double d_min) {
  const ReleaseGil release;
  return resampled(spectrum, grid_of(grid), d_min);
}

Spectrum sampled(const Spectrum& spectrum, const RadialCurve& factor, const GridNumbers& grid) {
  const ReleaseGil release;
  return sampled_on(spectrum, factor, grid_of(grid));
}

std::size_t bytes_of_spectrum(const GridNumbers& grid, const CellNumbers& cell, double d_min) {
  return Spectrum::bytes(grid_of(grid), cell_of(cell), d_min);
}

}  // namespace

void bind_spectrum(py::module_& m) {
  py::class_<Spectrum>(m, "Spectrum", spectrum_class_doc)
      .def_property_readonly("grid", &grid, "Number of voxels (nz, ny, nx).")
      .def_property_readonly("cell", &cell, "a, b, c in A; alpha, beta, gamma in degrees.")
      .def_property_readonly("d_min", &Spectrum::d_min, "Resolution limit in A; 0: none.")
      .def_property_readonly("mean", &Spectrum::mean, "Mean density of the map.")
      .def(
          "copy", [](const Spectrum& self) { return Spectrum(self); }, py::call_guard<ReleaseGil>(),
          "An independent copy.")
      .def(
          "assign", [](Spectrum& self, const Spectrum& other) { self = other; }, py::arg("other"),
          py::call_guard<ReleaseGil>(),
          "Become a copy of another spectrum; in the same memory, where the grids are the same.");
  m.def("resampled", &resampled_to, py::arg("spectrum"), py::arg("grid"), py::arg("d_min"),
        resampled_doc);
  m.def("sampled_on", &sampled, py::arg("spectrum"), py::arg("factor"), py::arg("grid"),
        sampled_doc);
  m.def("spectrum_bytes", &bytes_of_spectrum, py::arg("grid"), py::arg("cell"), py::arg("d_min"),
        spectrum_bytes_doc);
  m.def("apply", &apply_filter, py::arg("spectrum"), py::arg("curve"), py::call_guard<ReleaseGil>(),
        apply_doc);
  m.def("apply_anisotropy", &apply_anisotropy, py::arg("spectrum"), py::arg("b"), py::arg("sign"),
        py::call_guard<ReleaseGil>(), anisotropy_doc);
}
