#include "arrays.hpp"
#include "sharpem/contour.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

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

std::pair<float, std::size_t> contour(const MapArray& map, std::size_t voxels) {
  const VolumeView view = view_of(map);
  const py::gil_scoped_release unlocked;
  const Contour found = contour_of(view, voxels);
  return {found.threshold, found.voxels_inside};
}

}  // namespace

void bind_contour(py::module_& m) {
  m.def("contour", &contour, py::arg("map").noconvert(), py::arg("voxels"), contour_doc);
}
