#include <array>

#include "arrays.hpp"
#include "sharpem/blend.hpp"
#include "sharpem/field.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;
using Places = py::array_t<double, py::array::c_style | py::array::forcecast>;

constexpr const char* blend_field_doc =
    R"(A value that changes smoothly between sites (Eq. 9), as a Field.

Parameters
----------
sites : array of float, shape (n, 3)
    Voxels (z, y, x); may lie outside the map.
values : array of float, shape (n,)
shape : tuple of 3 int
    Of the map.
d0 : float
    Voxels; weights fall off as exp(-(distance / d0)^2).
overall_weight : float
    Weight of the value 0, everywhere.
step : int
    Voxels between the points at which it is computed.)";

constexpr const char* expand_doc = R"(A field at every voxel of a map.

Parameters
----------
field : Field
shape : tuple of 3 int
    That it was made for.

Returns
-------
array of float32, shape (z, y, x))";

constexpr const char* blend_doc = R"(Boxes filtered one by one and blended (section 2.7).

Parameters
----------
map : array of float32, shape (z, y, x), C order
    To be filtered.
overall : array of float32, shape (z, y, x), C order
    The map under the overall filter; it is overwritten with the answer.
cell : tuple of 6 floats
    Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
boxes : BoxSet
padding : int
    Voxels that are cut beyond each face and thrown away after filtering.
curves : list of RadialCurve
    One per box.
d0 : float
    Voxels; weights fall off as exp(-(distance / d0)^2) about a box's centre.
overall_weight : float
    Weight of the overall map, everywhere.)";

Field make_field(const Places& sites, const Numbers& values, const GridNumbers& map, double d0,
                 double overall_weight, std::size_t step) {
  const auto value = vector_of(values);
  const auto at = sites.unchecked();
  if (rows_of(sites, "sites") != static_cast<py::ssize_t>(value.size())) {
    throw py::value_error("sites and values: expected as many of each");
  }
  std::vector<Site> list;
  list.reserve(value.size());
  for (py::ssize_t i = 0; i < sites.shape(0); ++i) {
    list.push_back({{at(i, 0), at(i, 1), at(i, 2)}, value[static_cast<std::size_t>(i)]});
  }
  const ReleaseGil unlocked;
  return field_of(list, grid_of(map), d0, overall_weight, step);
}

MapArray expanded(const Field& field, const GridNumbers& shape) {
  MapArray out = new_map(grid_of(shape));
  const MutableVolumeView to = mutable_view_of(out);
  const ReleaseGil unlocked;
  expand_field(field, to);
  return out;
}

void blend(const MapArray& map, MapArray overall, const CellNumbers& cell, const BoxSet& boxes,
           std::size_t padding, const std::vector<RadialCurve>& curves, double d0,
           double overall_weight) {
  const VolumeView from = view_of(map);
  const MutableVolumeView to = mutable_view_of(overall);
  const ReleaseGil unlocked;
  blend_boxes(from, cell_of(cell), boxes, padding, curves, d0, overall_weight, to);
}

}  // namespace

void bind_blend(py::module_& m) {
  m.def("field", &make_field, py::arg("sites"), py::arg("values"), py::arg("shape"), py::arg("d0"),
        py::arg("overall_weight"), py::arg("step"), blend_field_doc);
  m.def("expand", &expanded, py::arg("field"), py::arg("shape"), expand_doc);
  m.def("blend_boxes", &blend, py::arg("map").noconvert(), py::arg("overall").noconvert(),
        py::arg("cell"), py::arg("boxes"), py::arg("padding"), py::arg("curves"), py::arg("d0"),
        py::arg("overall_weight"), blend_doc);
}
