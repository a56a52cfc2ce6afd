#include "arrays.hpp"
#include "sharpem/bands.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* product_doc =
    R"(Local mean of the product of two maps in one band of resolution.

Parameters
----------
one, two : Spectrum
    May be the same, which gives the local power.
band : RadialCurve
    Factor for amplitudes.
step : int
    Voxels between the points of the lattice.
sigma : tuple of 3 floats
    Standard deviation of the Gaussian window along z, y, x, voxels.

Returns
-------
Field)";

constexpr const char* add_doc = R"(Add bands of a map, each times its field, to a map.

Parameters
----------
spectrum : Spectrum
bands : list of RadialCurve
    Factors for amplitudes.
fields : list of Field
    One per band.
out : array of float32, shape (z, y, x), C order
    The map to which they are added.)";

constexpr const char* bands_field_doc = R"(A value on a lattice over a map, linear in between.

Parameters
----------
values : array of float32, shape (nz, ny, nx), C order
    Point i of an axis stands at voxel i * step.
step : int
    Voxels.)";

Field field_from(const MapArray& values, std::size_t step) {
  if (step < 1) throw py::value_error("step of a field: expected 1 or more");
  const VolumeView view = view_of(values);
  return {view.shape, step, std::vector<float>(view.data, view.data + view.shape.voxels())};
}

MapArray values_of(const Field& field) {
  MapArray out = new_map(field.shape);
  std::copy(field.values.begin(), field.values.end(), out.mutable_data());
  return out;
}

Field product(const Spectrum& one, const Spectrum& two, const RadialCurve& band, std::size_t step,
              const std::array<double, 3>& sigma) {
  const ReleaseGil unlocked;
  return local_product(one, two, band, step, sigma);
}

void add(const Spectrum& spectrum, const std::vector<RadialCurve>& bands,
         const std::vector<Field>& fields, MapArray out) {
  const MutableVolumeView to = mutable_view_of(out);
  const ReleaseGil unlocked;
  add_bands(spectrum, bands, fields, to);
}

}  // namespace

void bind_bands(py::module_& m) {
  py::class_<Field> field(m, "Field", bands_field_doc);
  field.def(py::init(&field_from), py::arg("values").noconvert(), py::arg("step"));
  field.def_property_readonly("values", &values_of, "Values, shape (nz, ny, nx); a copy.");
  field.def_readonly("step", &Field::step, "Voxels between the points of the lattice.");
  m.def("local_product", &product, py::arg("one"), py::arg("two"), py::arg("band"), py::arg("step"),
        py::arg("sigma"), product_doc);
  m.def("add_bands", &add, py::arg("spectrum"), py::arg("bands"), py::arg("fields"),
        py::arg("out").noconvert(), add_doc);
}
