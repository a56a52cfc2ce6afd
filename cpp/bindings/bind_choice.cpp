#include "arrays.hpp"
#include "sharpem/choice.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* choice_grid_doc = R"(Overall B's to try.

Parameters
----------
b_min, b_max, b_step : float
    A^2; the last may lie up to one step short of `b_max`.)";

constexpr const char* finer_doc = R"(Finer steps about the best of the grid's values, A^2.

Parameters
----------
best : float
    A^2.

Returns
-------
array of float, shape (n,)
    A quarter of the step, at most 5 A^2, apart; the grid's own values are left out.)";

constexpr const char* ends_doc =
    R"(C of Eq. 6 that gives the first and the last trial the same score.

Parameters
----------
surface_area, regions : array of int, shape (n,)
    Of the trials, by ascending overall B.

Returns
-------
float
    Voxels of surface that one region outweighs; NaN if both have as many regions.)";

constexpr const char* window_doc = R"(The same, kept where the middle scores above both ends.

As in the published program; `weight_by_ends` where there is no such window.

Parameters
----------
b : array of float, shape (n,)
    Overall B's of the trials, A^2, ascending.
surface_area, regions : array of int, shape (n,)
voxels_inside : int
    The contour.
mid_b : float
    A^2.

Returns
-------
float)";

constexpr const char* adjusted_doc =
    R"(Surface area - C x regions (Eq. 6); without regions if C is NaN.

Parameters
----------
surface_area, regions : array of int, shape (n,)
weight : float
    C.

Returns
-------
array of float, shape (n,))";

constexpr const char* peak_doc = R"(Where the maximum of a score over overall B is.

Parameters
----------
b, score : array of float, shape (n,)
    Overall B's (A^2, ascending), and what is to be high.
grid : SearchGrid
    Trials between its values do not count as noise.
published : bool
    Take the best trial as it is, and all trials for noise; otherwise fit a parabola to the trials
    about it, and leave out of the noise where the score falls below the higher end for good.

Returns
-------
Peak)";

constexpr const char* top_doc = R"(Top of the parabola through the trials about one of them.

Parameters
----------
b, score : array of float, shape (n,)
best : int
    Number of the trial.
reach : float
    A^2; trials so close take part.

Returns
-------
float
    A^2; that of the trial itself where there is no maximum, or fewer than four take part.)";

constexpr const char* applicability_doc = R"(Whether the maximum of a score can be trusted.

Parameters
----------
b, score : array of float, shape (n,)
peak : Peak
mid_b : float
    A^2; where the score must not be below that of either end.
least_signal_to_noise : float

Returns
-------
Applicability)";

std::vector<Detail> trials_of(const Numbers& surface_area, const Numbers& regions,
                              std::size_t voxels_inside = 0) {
  const std::vector<double> area = vector_of(surface_area), count = vector_of(regions);
  if (area.size() != count.size()) {
    throw py::value_error("surface_area and regions: expected as many of each");
  }
  std::vector<Detail> trials(area.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].voxels_inside = voxels_inside;
    trials[i].surface_area = static_cast<std::size_t>(area[i]);
    trials[i].regions = static_cast<std::size_t>(count[i]);
  }
  return trials;
}

double by_ends(const Numbers& surface_area, const Numbers& regions) {
  return weight_by_ends(trials_of(surface_area, regions));
}

double in_window(const Numbers& b, const Numbers& surface_area, const Numbers& regions,
                 std::size_t voxels_inside, double mid_b) {
  return weight_in_window(vector_of(b), trials_of(surface_area, regions, voxels_inside), mid_b);
}

py::array_t<double> adjusted(const Numbers& surface_area, const Numbers& regions, double weight) {
  return array_of(adjusted_surface_area(trials_of(surface_area, regions), weight));
}

Peak peak_of(const Numbers& b, const Numbers& score, const SearchGrid& grid, bool published) {
  return find_peak(vector_of(b), vector_of(score), grid,
                   published ? Reading::published : Reading::fitted);
}

double top_of(const Numbers& b, const Numbers& score, std::size_t best, double reach) {
  return parabola_top(vector_of(b), vector_of(score), best, reach);
}

Applicability applicable(const Numbers& b, const Numbers& score, const Peak& peak, double mid_b,
                         double least_signal_to_noise) {
  return applicability(vector_of(b), vector_of(score), peak, mid_b, least_signal_to_noise);
}

void bind_classes(py::module_& m) {
  py::class_<SearchGrid>(m, "SearchGrid", choice_grid_doc)
      .def(py::init([](double b_min, double b_max, double b_step) {
             return SearchGrid{b_min, b_max, b_step};
           }),
           py::arg("b_min"), py::arg("b_max"), py::arg("b_step"))
      .def(
          "values", [](const SearchGrid& grid) { return array_of(grid.values()); },
          "Ascending, A^2, shape (n,).")
      .def(
          "finer_values",
          [](const SearchGrid& grid, double best) { return array_of(grid.finer_values(best)); },
          py::arg("best"), finer_doc);
  py::class_<Peak>(m, "Peak", "The maximum of a score over overall B.")
      .def_readonly("b_iso", &Peak::b_iso, "Where it is, A^2.")
      .def_readonly("signal_to_noise", &Peak::signal_to_noise,
                    "Of the maximum over the ends (section 2.5); 0 where it cannot be told.")
      .def_readonly("noise", &Peak::noise, "Local scatter of the score, in its units.")
      .def_property_readonly(
          "interval", [](const Peak& peak) { return py::make_tuple(peak.low, peak.high); },
          "Where the score lies within the noise of the maximum, A^2.")
      .def_readonly("at_end", &Peak::at_end, "Whether the best trial is the first or the last.");
  py::class_<Applicability>(m, "Applicability", "Whether the maximum of a score can be trusted.")
      .def_readonly("above_ends", &Applicability::above_ends,
                    "The middle does not score below either end.")
      .def_readonly("intermediate", &Applicability::intermediate, "The maximum is not at an end.")
      .def_readonly("clear", &Applicability::clear, "Signal to noise is high enough.");
}

}  // namespace

void bind_choice(py::module_& m) {
  bind_classes(m);
  m.def("weight_by_ends", &by_ends, py::arg("surface_area"), py::arg("regions"), ends_doc);
  m.def("weight_in_window", &in_window, py::arg("b"), py::arg("surface_area"), py::arg("regions"),
        py::arg("voxels_inside"), py::arg("mid_b"), window_doc);
  m.def("adjusted_surface_area", &adjusted, py::arg("surface_area"), py::arg("regions"),
        py::arg("weight"), adjusted_doc);
  m.def("find_peak", &peak_of, py::arg("b"), py::arg("score"), py::arg("grid"),
        py::arg("published") = false, peak_doc);
  m.def("parabola_top", &top_of, py::arg("b"), py::arg("score"), py::arg("best"), py::arg("reach"),
        top_doc);
  m.def("applicability", &applicable, py::arg("b"), py::arg("score"), py::arg("peak"),
        py::arg("mid_b"), py::arg("least_signal_to_noise") = 3.0, applicability_doc);
}
