#include "arrays.hpp"
#include "sharpem/filter.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* filter_class_doc = R"(Radial amplitude factor, tabulated evenly in s^2.

s = 1/d in 1/A. Made by one of the static methods; calling it gives the factor at s, a number or
an array. Constant beyond its ends.)";

constexpr const char* sharpen_blur_doc = R"(The paper's filter (Terwilliger et al. 2018, Eq. 1-4).

Parameters
----------
b_sharpen : float
    A^2; positive sharpens.
b_blur : float
    A^2; where d < d_cut.
d_cut : float
    A; where sharpening gives way to blurring.
k : float
    1/A; steepness of the transition.
s_max : float
    1/A; end of the table.
onset : float
    A^2; the blur beyond d_cut grows from b_sharpen = -onset to 0. 0: it begins at once (the paper).)";

constexpr const char* table_doc = R"(Piecewise linear in s between points, constant beyond them.

Parameters
----------
s : array of float, shape (n,)
    1/A, ascending.
factor : array of float, shape (n,)
    Factor for amplitudes.
s_max : float
    1/A; end of the table.)";

constexpr const char* sphere_doc =
    R"(Transform of a sphere, 1 at s = 0: turns a map into its local mean.

Parameters
----------
radius : float
    A.
s_max : float
    1/A; end of the table.)";

RadialCurve from_table(const Numbers& s, const Numbers& factor, double s_max) {
  return {vector_of(s), vector_of(factor), s_max};
}

RadialCurve from_sphere(double radius, double s_max) {
  return {[radius](double s) { return sphere_factor(radius, s); }, s_max};
}

RadialCurve from_sharpen_blur(double b_sharpen, double b_blur, double d_cut, double k, double s_max,
                              double onset) {
  return RadialCurve(SharpenBlur{b_sharpen, b_blur, d_cut, k, onset}, s_max);
}

std::vector<RadialCurve> from_sharpen_blurs(const std::vector<double>& b_sharpen, double b_blur,
                                            double d_cut, double k, double s_max, double onset) {
  return radial_curves(SharpenBlur{0, b_blur, d_cut, k, onset}, b_sharpen, s_max);
}

}  // namespace

void bind_filter(py::module_& m) {
  py::class_<RadialCurve> curve(m, "RadialCurve", filter_class_doc);
  curve.def_static("sharpen_blur", &from_sharpen_blur, py::arg("b_sharpen"), py::arg("b_blur"),
                   py::arg("d_cut"), py::arg("k"), py::arg("s_max"), py::arg("onset") = 0.0,
                   sharpen_blur_doc);
  curve.def_static(
      "sharpen_blurs", &from_sharpen_blurs, py::arg("b_sharpen"), py::arg("b_blur"),
      py::arg("d_cut"), py::arg("k"), py::arg("s_max"), py::arg("onset") = 0.0,
      "As `sharpen_blur` for a list of b_sharpen, with what they share computed once.");
  curve.def_static("table", &from_table, py::arg("s"), py::arg("factor"), py::arg("s_max"),
                   table_doc);
  curve.def_static("sphere", &from_sphere, py::arg("radius"), py::arg("s_max"), sphere_doc);
  curve.def(
      "__call__",
      [](const RadialCurve& self, const Numbers& s) {
        return py::vectorize([&self](double x) { return self(x * x); })(s);
      },
      py::arg("s"), "Factor for amplitudes at s (1/A), float or array.");
}
