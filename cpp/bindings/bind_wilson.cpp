#include <optional>

#include "arrays.hpp"
#include "sharpem/wilson.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* fit_doc = R"(Overall B of a map by maximum likelihood.

Intensities |F|^2 are exponentially distributed about
exp(ln_scale + ln_reference(s) - q/2) + noise(s), q = s^T B s.

Parameters
----------
spectrum : Spectrum
s : array of float, shape (n,)
    1/A, ascending.
ln_reference : array of float, shape (n,)
    Logarithm of the mean intensity of a typical molecule at B = 0.
noise_s, noise : arrays of float, shape (m,), optional
    Mean intensity of the noise at noise_s (1/A).
d_max, d_min : float
    Terms with d_max >= d >= d_min (A) take part; d_min = 0: to the end of the spectrum.
anisotropic : bool
    Six components of B instead of one.

Returns
-------
WilsonFit)";

using MaybeNumbers = std::optional<Numbers>;

std::optional<Profile> noise_of(const MaybeNumbers& s, const MaybeNumbers& noise) {
  if (s.has_value() != noise.has_value()) {
    throw py::value_error("noise_s and noise: expected both or neither");
  }
  if (!s) return std::nullopt;
  return Profile{vector_of(*s), vector_of(*noise)};
}

WilsonFit fit(const Spectrum& spectrum, const Numbers& s, const Numbers& ln_reference,
              const MaybeNumbers& noise_s, const MaybeNumbers& noise, double d_max, double d_min,
              bool anisotropic) {
  const Profile reference{vector_of(s), vector_of(ln_reference)};
  const WilsonOptions options{d_max, d_min, anisotropic, noise_of(noise_s, noise)};
  const py::gil_scoped_release release;
  return fit_wilson(spectrum, reference, options);
}

py::tuple tensor(const WilsonFit& found) {
  const Tensor& b = found.b;
  return py::make_tuple(b[0], b[1], b[2], b[3], b[4], b[5]);
}

}  // namespace

void bind_wilson(py::module_& m) {
  py::class_<WilsonFit>(m, "WilsonFit", "What `fit_wilson` found.")
      .def_property_readonly("b", &tensor, "B11, B22, B33, B12, B13, B23 in A^2, Cartesian frame.")
      .def_readonly("b_iso", &WilsonFit::b_iso, "Mean of the diagonal of B, A^2.")
      .def_readonly("ln_scale", &WilsonFit::ln_scale, "Logarithm of the scale of intensities.")
      .def_readonly("b_iso_error", &WilsonFit::b_iso_error,
                    "Standard deviation of b_iso in A^2, from the curvature of the likelihood.")
      .def_readonly("terms", &WilsonFit::terms, "Number of stored terms used.")
      .def_readonly("iterations", &WilsonFit::iterations, "Steps of Fisher scoring.")
      .def_readonly("converged", &WilsonFit::converged, "Whether the last step was small.");
  m.def("fit_wilson", &fit, py::arg("spectrum"), py::arg("s"), py::arg("ln_reference"),
        py::arg("noise_s") = py::none(), py::arg("noise") = py::none(), py::arg("d_max") = 11.0,
        py::arg("d_min") = 0.0, py::arg("anisotropic") = false, fit_doc);
}
