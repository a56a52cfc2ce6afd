#include "arrays.hpp"
#include "sharpem/transform.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* analyse_doc = R"(Fourier terms of a map.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
cell : tuple of 6 floats
    Unit cell of the whole box: a, b, c in A along x, y, z; alpha, beta, gamma in degrees.
d_min : float
    Resolution limit in A; finer terms are dropped. 0 keeps every term.

Returns
-------
Spectrum)";

constexpr const char* synthesise_doc = R"(Map of a spectrum, optionally times a radial factor.

Parameters
----------
spectrum : Spectrum
factor : RadialCurve, optional

Returns
-------
array of float32, shape (z, y, x))";

constexpr const char* filter_map_doc = R"(Cut a map and apply a radial factor, in its place.

As `analyse` and `synthesise` one after the other, in half the memory.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density; the answer is written over it.
cell : tuple of 6 floats
    a, b, c in A; alpha, beta, gamma in degrees.
d_min : float
    Resolution limit, A.
factor : RadialCurve
    Factor for amplitudes.

Returns
-------
array of float32, shape (z, y, x)
    The map given.)";

constexpr const char* synthesis_bytes_doc =
    R"(Memory that `analyse` and `synthesise` need beside spectrum and map.

Parameters
----------
grid : tuple of 3 ints
    Voxels (nz, ny, nx).
cell : tuple of 6 floats
    a, b, c in A; alpha, beta, gamma in degrees.
d_min : float
    Resolution limit, A; 0 keeps every term.
threads : int
    That work at a time.

Returns
-------
int
    Bytes.)";

Spectrum analyse_map(const MapArray& map, const CellNumbers& numbers, double d_min) {
  const VolumeView view = view_of(map);
  const ReleaseGil release;
  return analyse(view, cell_of(numbers), d_min);
}

MapArray synthesise_map(const Spectrum& spectrum, const RadialCurve* factor) {
  MapArray map = new_map(spectrum.grid());
  const MutableVolumeView view = mutable_view_of(map);
  const ReleaseGil release;
  if (factor != nullptr) {
    synthesise(spectrum, *factor, view);
  } else {
    synthesise(spectrum, view);
  }
  return map;
}

MapArray filtered_in_place(MapArray map, const CellNumbers& cell, double d_min,
                           const RadialCurve& factor) {
  const MutableVolumeView view = mutable_view_of(map);
  const ReleaseGil release;
  filter_map(view, cell_of(cell), d_min, factor);
  return map;
}

std::size_t bytes_of_synthesis(const GridNumbers& grid, const CellNumbers& cell, double d_min,
                               int threads) {
  return synthesis_bytes(grid_of(grid), cell_of(cell), d_min, threads);
}

}  // namespace

void bind_transform(py::module_& m) {
  m.def("analyse", &analyse_map, py::arg("map").noconvert(), py::arg("cell"), py::arg("d_min"),
        analyse_doc);
  m.def("synthesise", &synthesise_map, py::arg("spectrum"), py::arg("factor") = py::none(),
        synthesise_doc);
  m.def("filter_map", &filtered_in_place, py::arg("map").noconvert(), py::arg("cell"),
        py::arg("d_min"), py::arg("factor"), filter_map_doc);
  m.def("synthesis_bytes", &bytes_of_synthesis, py::arg("grid"), py::arg("cell"), py::arg("d_min"),
        py::arg("threads"), synthesis_bytes_doc);
}
