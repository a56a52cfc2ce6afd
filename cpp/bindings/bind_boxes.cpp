#include <array>

#include "arrays.hpp"
#include "sharpem/blend.hpp"
#include "sharpem/boxes.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;
using Corners = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using Places = py::array_t<double, py::array::c_style | py::array::forcecast>;

constexpr const char* boxes_doc = R"(Boxes of one shape inside a map.

Parameters
----------
first : array of int, shape (n, 3)
    First voxel of each box, (z, y, x).
shape : tuple of 3 int
    Voxels along z, y and x.
edge : int
    Voxels over which the window of a box rises from 0 to 1 at each face.)";

constexpr const char* sums_doc = R"(Sums over resolution shells of the windowed boxes of two maps.

Parameters
----------
one, two : array of float32, shape (z, y, x), C order
    May be the same.
cell : tuple of 6 floats
    Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
boxes : BoxSet
d_min : float
    A; terms beyond are left out.
edges : array of float, shape (shells + 1,)
    Ascending s in 1/A.

Returns
-------
terms, s : array of float, shape (shells,)
    Terms in the full sphere of one box, and their mean s in 1/A.
cross, power_1, power_2 : array of float, shape (boxes, shells)
    Sums of Re F1 conj(F2), |F1|^2 and |F2|^2.)";

constexpr const char* scan_doc = R"(Detail of every windowed box under each of several filters.

Parameters
----------
map : array of float32, shape (z, y, x), C order
cell : tuple of 6 floats
    Of the whole map: a, b, c in A; alpha, beta, gamma in degrees.
boxes : BoxSet
d_min : float
    A; terms beyond are left out.
curves : list of RadialCurve
    Filters.
voxels : array of int, shape (boxes,)
    Number of voxels to enclose in each box.

Returns
-------
list of list of Detail
    One list per box, one Detail per curve.)";

constexpr const char* field_doc =
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

constexpr const char* mix_doc = R"(The map of a spectrum under a filter that follows a field.

Parameters
----------
spectrum : Spectrum
nodes : array of float, shape (n,)
    Ascending values of the field.
curves : list of RadialCurve
    The filter of each node; in between maps are mixed linearly.
field : Field

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

Shape shape_from(const std::array<std::size_t, 3>& n) { return {n[0], n[1], n[2]}; }

template <class Array>
py::ssize_t rows_of(const Array& places, const char* what) {
  if (places.ndim() != 2 || places.shape(1) != 3) {
    throw py::value_error(std::string(what) + ": expected an array of shape (n, 3)");
  }
  return places.shape(0);
}

BoxSet make_boxes(const Corners& first, const std::array<std::size_t, 3>& shape, std::size_t edge) {
  BoxSet boxes{shape_from(shape), {}, edge};
  const auto at = first.unchecked();
  for (py::ssize_t i = 0; i < rows_of(first, "first"); ++i) {
    std::array<std::size_t, 3> corner{};
    for (py::ssize_t j = 0; j < 3; ++j) {
      if (at(i, j) < 0) throw py::value_error("first: expected voxels of the map, from 0");
      corner[static_cast<std::size_t>(j)] = static_cast<std::size_t>(at(i, j));
    }
    boxes.first.push_back(corner);
  }
  return boxes;
}

py::array_t<double> table(std::vector<double>&& values, std::size_t rows) {
  const auto n = static_cast<py::ssize_t>(rows);
  const auto columns = n == 0 ? 0 : static_cast<py::ssize_t>(values.size()) / n;
  return array_of(std::move(values)).reshape({n, columns});
}

py::tuple sums(const MapArray& one, const MapArray& two, const CellNumbers& cell,
               const BoxSet& boxes, double d_min, const Numbers& edges) {
  const VolumeView first = view_of(one), second = view_of(two);
  const auto limits = vector_of(edges);
  BoxSums found;
  {
    const ReleaseGil unlocked;
    found = box_sums(first, second, cell_of(cell), boxes, d_min, limits);
  }
  const std::size_t n = boxes.first.size();
  return py::make_tuple(array_of(std::move(found.terms)), array_of(std::move(found.s)),
                        table(std::move(found.cross), n), table(std::move(found.power_1), n),
                        table(std::move(found.power_2), n));
}

std::vector<std::vector<Detail>> scan_boxes(const MapArray& map, const CellNumbers& cell,
                                            const BoxSet& boxes, double d_min,
                                            const std::vector<RadialCurve>& curves,
                                            const std::vector<std::size_t>& voxels) {
  const VolumeView view = view_of(map);
  const ReleaseGil unlocked;
  const auto all = box_scan(view, cell_of(cell), boxes, d_min, curves, voxels, {});
  std::vector<std::vector<Detail>> rows;
  for (auto row = all.begin(); row != all.end();
       row += static_cast<std::ptrdiff_t>(curves.size())) {
    rows.emplace_back(row, row + static_cast<std::ptrdiff_t>(curves.size()));
  }
  return rows;
}

Field make_field(const Places& sites, const Numbers& values, const std::array<std::size_t, 3>& map,
                 double d0, double overall_weight, std::size_t step) {
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
  return field_of(list, shape_from(map), d0, overall_weight, step);
}

MapArray expanded(const Field& field, const std::array<std::size_t, 3>& shape) {
  MapArray out = new_map(shape_from(shape));
  const MutableVolumeView to = mutable_view_of(out);
  const ReleaseGil unlocked;
  expand(field, to);
  return out;
}

MapArray mixed(const Spectrum& spectrum, const Numbers& nodes,
               const std::vector<RadialCurve>& curves, const Field& field) {
  const auto values = vector_of(nodes);
  MapArray out = new_map(spectrum.grid());
  const MutableVolumeView to = mutable_view_of(out);
  const ReleaseGil unlocked;
  mix(spectrum, values, curves, field, to);
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

void bind_boxes(py::module_& m) {
  py::class_<BoxSet>(m, "BoxSet", "Boxes of one shape inside a map.")
      .def(py::init(&make_boxes), py::arg("first"), py::arg("shape"), py::arg("edge"), boxes_doc);
  const py::class_<Field> field(m, "Field", "A value that changes smoothly over a map.");
  const auto boxes = py::arg("boxes");
  m.def("box_sums", &sums, py::arg("one").noconvert(), py::arg("two").noconvert(), py::arg("cell"),
        boxes, py::arg("d_min"), py::arg("edges"), sums_doc);
  m.def("box_scan", &scan_boxes, py::arg("map").noconvert(), py::arg("cell"), boxes,
        py::arg("d_min"), py::arg("curves"), py::arg("voxels"), scan_doc);
  m.def("field", &make_field, py::arg("sites"), py::arg("values"), py::arg("shape"), py::arg("d0"),
        py::arg("overall_weight"), py::arg("step"), field_doc);
  m.def("expand", &expanded, py::arg("field"), py::arg("shape"), expand_doc);
  m.def("mix", &mixed, py::arg("spectrum"), py::arg("nodes"), py::arg("curves"), py::arg("field"),
        mix_doc);
  m.def("blend_boxes", &blend, py::arg("map").noconvert(), py::arg("overall").noconvert(),
        py::arg("cell"), boxes, py::arg("padding"), py::arg("curves"), py::arg("d0"),
        py::arg("overall_weight"), blend_doc);
}
