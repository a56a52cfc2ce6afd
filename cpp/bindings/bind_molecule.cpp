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

constexpr const char* molecule_grid_doc =
    R"(Smallest quick grid that carries a map cut at a resolution.

Parameters
----------
grid : tuple of 3 ints
    Voxels (nz, ny, nx); the answer is not finer.
cell : tuple of 6 floats
    Unit cell of the whole box: a, b, c in A; alpha, beta, gamma in degrees.
resolution : float
    A.

Returns
-------
tuple of 3 ints)";

constexpr const char* variance_doc =
    R"(Local variance of a map on a grid as coarse as the resolution allows.

Parameters
----------
spectrum : Spectrum
resolution : float
    A; where the map is cut.
radius : float
    A; of the sphere.

Returns
-------
array of float32, shape (z, y, x)
    Mean of (map - its mean)^2 in a sphere about each voxel, >= 0.)";

constexpr const char* levels_doc =
    R"(Split a local variance into molecule and solvent.

Parameters
----------
variance : array of float32, shape (z, y, x), C order

Returns
-------
VarianceLevels)";

std::array<std::size_t, 3> grid_for(const GridNumbers& grid, const CellNumbers& cell,
                                    double resolution) {
  const Shape shape = coarse_grid(grid_of(grid), cell_of(cell), resolution);
  return {shape.nz, shape.ny, shape.nx};
}

py::array_t<float> variance_of(const Spectrum& spectrum, double resolution, double radius) {
  LocalVariance variance;
  {
    const py::gil_scoped_release release;
    variance = local_variance(spectrum, resolution, radius);
  }
  const auto n = [](std::size_t size) { return static_cast<py::ssize_t>(size); };
  const Shape shape = variance.shape;
  return array_of(std::move(variance.data)).reshape({n(shape.nz), n(shape.ny), n(shape.nx)});
}

VarianceLevels levels_of(const MapArray& variance) {
  const VolumeView view = view_of(variance);
  const py::gil_scoped_release release;
  return variance_levels(view);
}

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
  m.def("coarse_grid", &grid_for, py::arg("grid"), py::arg("cell"), py::arg("resolution"),
        molecule_grid_doc);
  m.def("local_variance", &variance_of, py::arg("spectrum"), py::arg("resolution"),
        py::arg("radius"), variance_doc);
  py::class_<VarianceLevels>(m, "VarianceLevels", "The two classes of a local variance.")
      .def_readonly("solvent", &VarianceLevels::solvent, "Its typical value in the solvent.")
      .def_readonly("molecule", &VarianceLevels::molecule, "Deep inside the molecule.")
      .def_readonly("fraction", &VarianceLevels::fraction, "Share of the map that is molecule.");
  m.def("variance_levels", &levels_of, py::arg("variance").noconvert(), levels_doc);
}
