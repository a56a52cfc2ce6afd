#include "arrays.hpp"
#include "sharpem/scan.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* scan_class_doc = R"(Detail and connectivity of a map at one contour.

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

constexpr const char* scan_scan_doc = R"(Detail of a spectrum's map under each of several filters.

Parameters
----------
spectrum : Spectrum
    Its F(000) is left out: the maps have mean 0.
curves : list of RadialCurve
    Filters, each applied to the spectrum as it is.
voxels : int
    Number of voxels to enclose.
wrap : bool
    Whether opposite faces of the box touch (crystals).

Returns
-------
list of Detail
    One per curve.)";

constexpr const char* scan_contours_doc =
    R"(The same at several contours, from one transform for each filter.

Parameters
----------
spectrum : Spectrum
    Its F(000) is left out: the maps have mean 0.
curves : list of RadialCurve
    Filters, each applied to the spectrum as it is.
voxels : list of int
    Numbers of voxels to enclose.
wrap : bool
    Whether opposite faces of the box touch (crystals).
kurtosis : bool
    Whether it is wanted; NaN otherwise.

Returns
-------
list of list of Detail
    For each curve, one per number of voxels.)";

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
threads : int
    That work at a time.
contours : int
    Of each map, all holding `voxels`.

Returns
-------
int
    Bytes.)";

std::vector<Detail> scan(const Spectrum& spectrum, const std::vector<RadialCurve>& curves,
                         std::size_t voxels, bool wrap) {
  const DetailOptions options{Adjacency::face, Adjacency::face, wrap, true};
  const py::gil_scoped_release unlocked;
  return scan_filters(spectrum, curves, voxels, options);
}

std::vector<std::vector<Detail>> scan_contours(const Spectrum& spectrum,
                                               const std::vector<RadialCurve>& curves,
                                               const std::vector<std::size_t>& voxels, bool wrap,
                                               bool kurtosis) {
  const DetailOptions options{Adjacency::face, Adjacency::face, wrap, kurtosis};
  const py::gil_scoped_release unlocked;
  return scan_filters(spectrum, curves, voxels, options);
}

std::size_t bytes_of_scan(const GridNumbers& grid, const CellNumbers& cell, double d_min,
                          std::size_t voxels, int threads, std::size_t contours) {
  return scan_bytes(grid_of(grid), cell_of(cell), d_min, voxels, threads, contours);
}

}  // namespace

void bind_scan(py::module_& m) {
  py::class_<Detail>(m, "Detail", scan_class_doc)
      .def_readonly("threshold", &Detail::threshold)
      .def_readonly("voxels_inside", &Detail::voxels_inside)
      .def_readonly("surface_area", &Detail::surface_area)
      .def_readonly("regions", &Detail::regions)
      .def_readonly("kurtosis", &Detail::kurtosis);
  m.def("scan", &scan, py::arg("spectrum"), py::arg("curves"), py::arg("voxels"),
        py::arg("wrap") = false, scan_scan_doc);
  m.def("scan_contours", &scan_contours, py::arg("spectrum"), py::arg("curves"), py::arg("voxels"),
        py::arg("wrap") = false, py::arg("kurtosis") = true, scan_contours_doc);
  m.def("scan_bytes", &bytes_of_scan, py::arg("grid"), py::arg("cell"), py::arg("d_min"),
        py::arg("voxels"), py::arg("threads"), py::arg("contours") = 1, scan_bytes_doc);
}
