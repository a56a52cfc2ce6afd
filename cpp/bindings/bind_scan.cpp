#include <cstdint>

#include "arrays.hpp"
#include "sharpem/cpu.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/threads.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* class_doc = R"(Detail and connectivity of a map at one contour.

Attributes
----------
threshold : float
    Value of the contour, on the map's scale; voxels with value >= threshold are inside.
voxels_inside : int
    Number of voxels inside; more than were asked for only with ties at the threshold.
surface_area : int
    Outside voxels that touch an inside voxel, each counted once.
regions : int
    Connected regions of the inside.
kurtosis : float
    Of all voxels of the map: 3 for a Gaussian, 0 for a constant map.)";

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

constexpr const char* scan_doc = R"(Detail of a spectrum's map under each of several filters.

Parameters
----------
spectrum : Spectrum
    Its F(000) is left out: the maps have mean 0.
curves : list of RadialCurve
    Filters, each applied to the spectrum as it is.
voxels : int
    Number of voxels to enclose.
surface_adjacency, region_adjacency : {6, 18, 26}
    Voxels touch that share a face; also an edge; also a corner.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
list of Detail
    One per curve.)";

constexpr const char* contour_doc = R"(Threshold that encloses a given number of voxels, exactly.

Parameters
----------
map : array of float32, shape (z, y, x), C order
    Density, finite.
voxels : int
    Number of voxels to enclose, 1 to the number of voxels.

Returns
-------
threshold : float
    The `voxels`-th largest value.
voxels_inside : int
    Number of voxels >= threshold.)";

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

constexpr const char* set_threads_doc = R"(Limit the number of threads of the calls that follow.

Parameters
----------
limit : int
    0 restores the default: OMP_NUM_THREADS, or all cores. Results do not depend on it.)";

constexpr const char* threads_doc = R"(Number of threads that the next call will use.

Returns
-------
int)";

constexpr const char* instruction_sets_doc = R"(What was built and this processor supports.

Returns
-------
list of str
    "baseline" and, on x86-64, "v3" (AVX2) and "v4" (AVX-512); the best last.)";

constexpr const char* instruction_set_doc = R"(The instruction set in use.

Returns
-------
str

Raises
------
ValueError
    The environment variable SHARPEM_CPU names none of them.)";

constexpr const char* set_instruction_set_doc = R"(Use another instruction set from now on.

Parameters
----------
name : str
    One of `instruction_sets()`; "" for the default. Results do not depend on it.)";

constexpr const char* scan_bytes_doc = R"(Memory that `scan` needs beside the spectrum.

Parameters
----------
grid : tuple of 3 ints
    Voxels (nz, ny, nx).
cell : tuple of 6 floats
    a, b, c in A; alpha, beta, gamma in degrees.
d_min : float
    Resolution limit of the spectrum, A.
voxels : int
    Voxels inside the contour.

Returns
-------
int
    Bytes, with the number of threads that is set.)";

std::size_t bytes_of_scan(const GridNumbers& grid, const CellNumbers& cell, double d_min,
                          std::size_t voxels) {
  return scan_bytes(grid_of(grid), cell_of(cell), d_min, voxels);
}

Adjacency adjacency_of(int number) {
  if (number != 6 && number != 18 && number != 26) {
    throw py::value_error("adjacency " + std::to_string(number) + ", expected 6, 18 or 26");
  }
  return static_cast<Adjacency>(number);
}

Detail detail(const MapArray& map, std::size_t voxels, int surface, int regions, bool wrap) {
  const DetailOptions options{adjacency_of(surface), adjacency_of(regions), wrap};
  const MapPlanes planes(view_of(map));
  const ReleaseGil unlocked;
  return detail_of(planes, voxels, options);
}

std::vector<Detail> scan_filters(const Spectrum& spectrum, const std::vector<RadialCurve>& curves,
                                 std::size_t voxels, int surface, int regions, bool wrap) {
  const DetailOptions options{adjacency_of(surface), adjacency_of(regions), wrap};
  const ReleaseGil unlocked;
  return scan(spectrum, curves, voxels, options);
}

std::pair<float, std::size_t> contour(const MapArray& map, std::size_t voxels) {
  const MapPlanes planes(view_of(map));
  const ReleaseGil unlocked;
  const Contour found = contour_of(planes, voxels);
  return {found.threshold, found.voxels_inside};
}

std::size_t count_surface(const MapArray& map, float threshold, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const MapPlanes planes(view_of(map));
  const ReleaseGil unlocked;
  return surface_voxels(inside(planes, threshold), adjacency, wrap);
}

std::size_t count(const MapArray& map, float threshold, int number, bool wrap) {
  const Adjacency adjacency = adjacency_of(number);
  const MapPlanes planes(view_of(map));
  const ReleaseGil unlocked;
  return count_regions(inside(planes, threshold), adjacency, wrap);
}

BitMask packed(const MapArray& map, float threshold) {
  const MapPlanes planes(view_of(map));
  const ReleaseGil unlocked;
  return inside(planes, threshold);
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
  return label_regions(inside(MapPlanes(map), threshold), adjacency, wrap);
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

void bind_contours(py::module_& m) {
  const auto map = py::arg("map").noconvert();
  m.def("contour", &contour, map, py::arg("voxels"), contour_doc);
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

void bind_details(py::module_& m) {
  py::class_<Detail>(m, "Detail", class_doc)
      .def_readonly("threshold", &Detail::threshold)
      .def_readonly("voxels_inside", &Detail::voxels_inside)
      .def_readonly("surface_area", &Detail::surface_area)
      .def_readonly("regions", &Detail::regions)
      .def_readonly("kurtosis", &Detail::kurtosis);
  m.def("detail", &detail, py::arg("map").noconvert(), py::arg("voxels"),
        py::arg("surface_adjacency") = 6, py::arg("region_adjacency") = 6, py::arg("wrap") = false,
        detail_doc);
  m.def("scan", &scan_filters, py::arg("spectrum"), py::arg("curves"), py::arg("voxels"),
        py::arg("surface_adjacency") = 6, py::arg("region_adjacency") = 6, py::arg("wrap") = false,
        scan_doc);
  m.def("scan_bytes", &bytes_of_scan, py::arg("grid"), py::arg("cell"), py::arg("d_min"),
        py::arg("voxels"), scan_bytes_doc);
}

}  // namespace

void bind_scan(py::module_& m) {
  bind_details(m);
  bind_contours(m);
  m.def("set_threads", &set_threads, py::arg("limit"), set_threads_doc);
  m.def("threads", &threads, threads_doc);
  m.def("instruction_sets", &instruction_sets, instruction_sets_doc);
  m.def("instruction_set", &instruction_set, instruction_set_doc);
  m.def("set_instruction_set", &set_instruction_set, py::arg("name"), set_instruction_set_doc);
}
