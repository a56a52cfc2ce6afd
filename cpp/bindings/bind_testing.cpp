// What only tests and benchmarks call: the steps of a scan one by one, and labels of regions. The
// package itself needs none of it.
#include <cstdint>

#include "arrays.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/surface.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* detail_doc = R"(Detail of one map at the contour that encloses so many voxels.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density, finite.
voxels : int
    Number of voxels to enclose.
surface_adjacency, region_adjacency : {6, 18, 26}
    Voxels touch that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
Detail)";

constexpr const char* surface_doc = R"(Outside voxels that touch an inside voxel, each counted once.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
threshold : float
    Voxels with value >= threshold are inside.
adjacency : {6, 18, 26}
    Voxels touch that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
int)";

constexpr const char* count_doc = R"(Number of connected regions of a contour.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
threshold : float
    Voxels with value >= threshold are inside.
adjacency : {6, 18, 26}
    Voxels are connected that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
int)";

constexpr const char* inside_doc = R"(Voxels of a contour, packed.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
threshold : float
    Voxels with value >= threshold are inside.

Returns
-------
BitMask)";

constexpr const char* mask_doc = R"(The same of a contour that is packed already.

Parameters
----------
inside : BitMask
    From `inside`.
adjacency : {6, 18, 26}
    Voxels touch that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
int)";

constexpr const char* label_doc = R"(Connected regions of a contour, labelled.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density.
threshold : float
    Voxels with value >= threshold are inside.
adjacency : {6, 18, 26}
    Voxels are connected that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
labels : array of uint32, shape (z, y, x)
    Number of each voxel's region, 1, 2, ... in the order of the first voxels; 0 outside.
sizes : array of uint64, shape (regions,)
    Voxels of region i + 1.)";

Adjacency adjacency_of(int number) {
  if (number != 6 && number != 18 && number != 26) {
    throw py::value_error("adjacency " + std::to_string(number) + ", expected 6, 18 or 26");
  }
  return static_cast<Adjacency>(number);
}

Detail detail(const MapArray& map, std::size_t voxels, int surface, int regions, bool wrap) {
  const DetailOptions options{adjacency_of(surface), adjacency_of(regions), wrap};
  const VolumeView view = view_of(map);
  const ReleaseGil unlocked;
  return detail_of(view, voxels, options);
}

std::size_t count_surface(const MapArray& map, float threshold, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const VolumeView view = view_of(map);
  const ReleaseGil unlocked;
  return surface_voxels(inside_contour(view, threshold), adjacency, wrap);
}

std::size_t count(const MapArray& map, float threshold, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const VolumeView view = view_of(map);
  const ReleaseGil unlocked;
  return count_regions(inside_contour(view, threshold), adjacency, wrap);
}

BitMask packed(const MapArray& map, float threshold) {
  const VolumeView view = view_of(map);
  const ReleaseGil unlocked;
  return inside_contour(view, threshold);
}

std::size_t surface_of_mask(const BitMask& mask, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const ReleaseGil unlocked;
  return surface_voxels(mask, adjacency, wrap);
}

std::size_t regions_of_mask(const BitMask& mask, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const ReleaseGil unlocked;
  return count_regions(mask, adjacency, wrap);
}

Regions label_unlocked(const VolumeView& map, float threshold, Adjacency adjacency, bool wrap) {
  const ReleaseGil unlocked;
  return label_regions(inside_contour(map, threshold), adjacency, wrap);
}

std::pair<py::array_t<std::uint32_t>, py::array_t<std::uint64_t>> label(const MapArray& map,
                                                                        float threshold, int number,
                                                                        bool wrap) {
  Regions found = label_unlocked(view_of(map), threshold, adjacency_of(number), wrap);
  const std::vector<std::uint64_t> sizes(found.sizes.begin(), found.sizes.end());
  const std::vector<py::ssize_t> shape(map.shape(), map.shape() + map.ndim());
  return {array_of(std::move(found.labels)).reshape(shape),
          py::array_t<std::uint64_t>(static_cast<py::ssize_t>(sizes.size()), sizes.data())};
}

}  // namespace

void bind_testing(py::module_& m) {
  const auto map = py::arg("map").noconvert();
  m.def("detail", &detail, map, py::arg("voxels"), py::arg("surface_adjacency") = 6,
        py::arg("region_adjacency") = 6, py::arg("wrap") = false, detail_doc);
  m.def("surface_voxels", &count_surface, map, py::arg("threshold"), py::arg("adjacency") = 6,
        py::arg("wrap") = false, surface_doc);
  m.def("count_regions", &count, map, py::arg("threshold"), py::arg("adjacency") = 6,
        py::arg("wrap") = false, count_doc);
  const py::class_<BitMask> bits(m, "BitMask", "Voxels inside a contour, one bit each.");
  m.def("inside", &packed, map, py::arg("threshold"), inside_doc);
  const auto mask = py::arg("inside");
  m.def("surface_voxels", &surface_of_mask, mask, py::arg("adjacency") = 6, py::arg("wrap") = false,
        mask_doc);
  m.def("count_regions", &regions_of_mask, mask, py::arg("adjacency") = 6, py::arg("wrap") = false,
        mask_doc);
  m.def("label_regions", &label, map, py::arg("threshold"), py::arg("adjacency") = 6,
        py::arg("wrap") = false, label_doc);
}
