#include <array>

#include "arrays.hpp"
#include "sharpem/boxes.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;
using Corners = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

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

constexpr const char* boxes_scan_doc =
    R"(Detail of every windowed box under each of several filters.

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

BoxSet make_boxes(const Corners& first, const GridNumbers& shape, std::size_t edge) {
  BoxSet boxes{grid_of(shape), {}, edge};
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

}  // namespace

void bind_boxes(py::module_& m) {
  py::class_<BoxSet>(m, "BoxSet", "Boxes of one shape inside a map.")
      .def(py::init(&make_boxes), py::arg("first"), py::arg("shape"), py::arg("edge"), boxes_doc);
  const auto boxes = py::arg("boxes");
  m.def("box_sums", &sums, py::arg("one").noconvert(), py::arg("two").noconvert(), py::arg("cell"),
        boxes, py::arg("d_min"), py::arg("edges"), sums_doc);
  m.def("box_scan", &scan_boxes, py::arg("map").noconvert(), py::arg("cell"), boxes,
        py::arg("d_min"), py::arg("curves"), py::arg("voxels"), boxes_scan_doc);
}
