#include <algorithm>

#include "arrays.hpp"
#include "sharpem/directions.hpp"
#include "sharpem/masked.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;
using ReleaseGil = py::gil_scoped_release;

constexpr const char* multiply_by_mask_doc =
    R"(Make a spectrum that of its map, times a radial factor and without the mean, inside a mask.

In place, plane by plane of the map: it is never held as a whole.

Parameters
----------
spectrum : Spectrum
factor : RadialCurve
mask : array of float32, shape (z, y, x), C order
    On the spectrum's grid.)";

constexpr const char* phases_doc = R"(Give terms beyond a resolution random phases, in place.

The phase of a term follows from the seed and its indices alone.

Parameters
----------
spectrum : Spectrum
d_from : float
    A; finer terms are changed.
seed : int)";

constexpr const char* direction_sums_doc =
    R"(Sums over resolution shells and 48 cells of direction of two spectra.

Parameters
----------
one, two : Spectrum
    On the same grid, with the same cell and limit.
edges : array of float, shape (n + 1,)
    Ascending s in 1/A; shell i holds edges[i] <= s < edges[i + 1].

Returns
-------
DirectionSums)";

constexpr const char* directional_doc =
    R"(Multiply every term by exp(sum c(s) Y(u)), in place: u is the direction of s.

Parameters
----------
spectrum : Spectrum
s : array of float, shape (n,)
    1/A, ascending; the coefficients are linear in between.
coefficients : array of float, shape (n, 15)
    Of `harmonics`.)";

constexpr const char* harmonics_doc =
    R"(Real spherical harmonics of l = 0, 2 and 4, of mean square 1 over all directions.

Parameters
----------
directions : array of float, shape (n, 3)
    Unit vectors.

Returns
-------
array of float, shape (n, 15))";

template <class T>
py::array_t<double> table_of(std::vector<T> values, std::size_t columns) {
  return array_of(std::move(values)).reshape({py::ssize_t{-1}, static_cast<py::ssize_t>(columns)});
}

void multiply(Spectrum& spectrum, const RadialCurve& factor, const MapArray& mask) {
  const VolumeView view = view_of(mask);
  const ReleaseGil release;
  multiply_by_mask(spectrum, factor, view);
}

DirectionSums sums_of(const Spectrum& one, const Spectrum& two, const Numbers& edges) {
  const auto limits = vector_of(edges);
  const ReleaseGil release;
  return direction_sums(one, two, limits);
}

void check_columns(const Numbers& table, std::size_t columns, const char* what) {
  if (table.ndim() != 2 || static_cast<std::size_t>(table.shape(1)) != columns) {
    throw py::value_error(std::string(what) + ": expected an array of shape (n, " +
                          std::to_string(columns) + ")");
  }
}

void apply_table(Spectrum& spectrum, const Numbers& s, const Numbers& coefficients) {
  check_columns(coefficients, harmonics_count, "coefficients");
  const auto at = vector_of(s);
  std::vector<Harmonics> rows(static_cast<std::size_t>(coefficients.shape(0)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(coefficients.data() + i * harmonics_count, harmonics_count, rows[i].begin());
  }
  const ReleaseGil release;
  apply_directional(spectrum, at, rows);
}

py::array_t<double> harmonics_at(const Numbers& directions) {
  check_columns(directions, 3, "directions");
  std::vector<double> answer;
  for (py::ssize_t i = 0; i < directions.shape(0); ++i) {
    const double* u = directions.data() + 3 * i;
    const Harmonics values = harmonics({u[0], u[1], u[2]});
    answer.insert(answer.end(), values.begin(), values.end());
  }
  return table_of(std::move(answer), harmonics_count);
}

template <class T>
auto table_member(std::vector<T> DirectionSums::* member, std::size_t columns) {
  return [member, columns](const DirectionSums& self) { return table_of(self.*member, columns); };
}

}  // namespace

void bind_half_maps(py::module_& m) {
  py::class_<DirectionSums>(m, "DirectionSums", "Sums over shells and directions of two spectra.")
      .def_property_readonly("terms", table_member(&DirectionSums::terms, direction_cells),
                             "Number of terms in the full sphere, shape (n, 48).")
      .def_property_readonly("cross", table_member(&DirectionSums::cross, direction_cells),
                             "Sum of Re F1 conj(F2), shape (n, 48).")
      .def_property_readonly("power_1", table_member(&DirectionSums::power_1, direction_cells),
                             "Sum of |F1|^2, shape (n, 48).")
      .def_property_readonly("power_2", table_member(&DirectionSums::power_2, direction_cells),
                             "Sum of |F2|^2, shape (n, 48).")
      .def_property_readonly("directions", table_member(&DirectionSums::directions, 3),
                             "Mean unit vector of each cell, shape (48, 3).");
  m.def("multiply_by_mask", &multiply, py::arg("spectrum"), py::arg("factor"),
        py::arg("mask").noconvert(), multiply_by_mask_doc);
  m.def("randomise_phases", &randomise_phases, py::arg("spectrum"), py::arg("d_from"),
        py::arg("seed"), py::call_guard<ReleaseGil>(), phases_doc);
  m.def("direction_sums", &sums_of, py::arg("one"), py::arg("two"), py::arg("edges"),
        direction_sums_doc);
  m.def("apply_directional", &apply_table, py::arg("spectrum"), py::arg("s"),
        py::arg("coefficients"), directional_doc);
  m.def("harmonics", &harmonics_at, py::arg("directions"), harmonics_doc);
}
