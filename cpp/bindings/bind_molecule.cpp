#include "arrays.hpp"
#include "sharpem/molecule.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* local_doc =
    R"(Mean of (map - centre)^2 in a sphere about each voxel, periodic.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
cell : tuple of 6 floats
    Unit cell of the whole box: a, b, c in A; alpha, beta, gamma in degrees.
radius : float
    A.
centre : float
    Density that counts as zero.
overwrite : bool
    Write the answer over the map, which saves memory.

Returns
-------
array of float32, shape (z, y, x)
    >= 0.)";

MapArray local_mean_square_map(const MapArray& map, const CellNumbers& cell, double radius,
                               double centre, bool overwrite) {
  const VolumeView view = view_of(map);
  MapArray out = overwrite ? map : new_map(view.shape);
  const MutableVolumeView to = mutable_view_of(out);
  const py::gil_scoped_release release;
  local_mean_square(view, cell_of(cell), radius, centre, to);
  return out;
}

}  // namespace

void bind_molecule(py::module_& m) {
  m.def("local_mean_square", &local_mean_square_map, py::arg("map").noconvert(), py::arg("cell"),
        py::arg("radius"), py::arg("centre"), py::kw_only(), py::arg("overwrite") = false,
        local_doc);
}
