#include "arrays.hpp"
#include "sharpem/block_sums.hpp"
#include "sharpem/statistics.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* statistics_doc = R"(Range and moments of a map, and how many voxels are equal.

Parameters
----------
map : array of float32, shape (z, y, x), C order

Returns
-------
Statistics)";

constexpr const char* blocks_doc = R"(Sums over blocks of voxels of density and its powers.

Parameters
----------
map : array of float32, shape (z, y, x), C order
side : tuple of 3 ints
    Voxels of a block along z, y, x; what is left over at the far edges is left out.
empty : float
    Density that voxels have which are left out.
scale : float
    What (density - empty) is multiplied by.

Returns
-------
count, first, second, third : arrays of float64, shape (blocks along z, y, x)
    Voxels that are not empty, and sums of the first, second and third powers.)";

py::array_t<double> blocks_of(const Shape& blocks, std::vector<double>&& values) {
  return array_of(std::move(values))
      .reshape({static_cast<py::ssize_t>(blocks.nz), static_cast<py::ssize_t>(blocks.ny),
                static_cast<py::ssize_t>(blocks.nx)});
}

auto sums_over_blocks(const MapArray& map, const GridNumbers& side, float empty, double scale) {
  const VolumeView view = view_of(map);
  BlockSums sums = [&] {
    const py::gil_scoped_release unlocked;
    return block_sums(view, grid_of(side), empty, scale);
  }();
  return std::tuple(blocks_of(sums.blocks, std::move(sums.count)),
                    blocks_of(sums.blocks, std::move(sums.first)),
                    blocks_of(sums.blocks, std::move(sums.second)),
                    blocks_of(sums.blocks, std::move(sums.third)));
}

Statistics statistics(const MapArray& map) {
  const VolumeView view = view_of(map);
  const py::gil_scoped_release unlocked;
  return statistics_of(view);
}

}  // namespace

void bind_statistics(py::module_& m) {
  py::class_<Scatter>(m, "Scatter", "How values scatter; zeros where all are the same.")
      .def_readonly("rms", &Scatter::rms, "Standard deviation.")
      .def_readonly("skewness", &Scatter::skewness, "Third standardised moment.");
  py::class_<Statistics>(m, "Statistics",
                         "What the voxels of a map are like; means nothing where `nonfinite` > 0.")
      .def_readonly("minimum", &Statistics::minimum, "Smallest value.")
      .def_readonly("maximum", &Statistics::maximum, "Largest value.")
      .def_readonly("mean", &Statistics::mean, "Mean.")
      .def_property_readonly(
          "rms", [](const Statistics& s) { return s.all.rms; }, "Deviation from the mean.")
      .def_readonly("all", &Statistics::all, "How all voxels scatter.")
      .def_readonly("at_minimum", &Statistics::at_minimum, "Voxels of exactly the smallest value.")
      .def_readonly("at_maximum", &Statistics::at_maximum, "Voxels of exactly the largest value.")
      .def_readonly("flat_value", &Statistics::flat_value,
                    "Commonest of 0, the first voxel and the minimum.")
      .def_readonly("flat", &Statistics::flat, "Voxels of exactly that value.")
      .def_readonly("filled", &Statistics::filled, "How the other voxels scatter.")
      .def_readonly("nonfinite", &Statistics::nonfinite, "Values that are NaN or infinite.");
  m.def("statistics", &statistics, py::arg("map").noconvert(), statistics_doc);
  m.def("block_sums", &sums_over_blocks, py::arg("map").noconvert(), py::arg("side"),
        py::arg("empty"), py::arg("scale"), blocks_doc);
}
