// NumPy arrays in and out: the one place that knows their kinds.
//
// Maps are float32, C order (z, y, x), and are never converted behind the caller's back: bind them
// with py::arg().noconvert(). Results are handed over to NumPy without a copy.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sharpem/cell.hpp"
#include "sharpem/volume.hpp"

namespace sharpem::bindings {

namespace py = pybind11;

using MapArray = py::array_t<float, py::array::c_style>;
/// Short lists of numbers; any sequence will do.
using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using CellNumbers = std::array<double, 6>;
using GridNumbers = std::array<std::size_t, 3>;

inline Shape shape_of(const MapArray& map) {
  if (map.ndim() != 3) {
    throw py::value_error("map with " + std::to_string(map.ndim()) +
                          " dimensions, expected 3: (z, y, x)");
  }
  const auto n = [&](py::ssize_t axis) { return static_cast<std::size_t>(map.shape(axis)); };
  return {n(0), n(1), n(2)};
}

inline VolumeView view_of(const MapArray& map) { return {map.data(), shape_of(map)}; }

inline MapArray new_map(Shape shape) {
  return MapArray(std::vector<py::ssize_t>{static_cast<py::ssize_t>(shape.nz),
                                           static_cast<py::ssize_t>(shape.ny),
                                           static_cast<py::ssize_t>(shape.nx)});
}

inline MutableVolumeView mutable_view_of(MapArray& map) {
  const Shape shape = shape_of(map);
  return {map.mutable_data(), shape};
}

inline UnitCell cell_of(const CellNumbers& n) { return {n[0], n[1], n[2], n[3], n[4], n[5]}; }

inline Shape grid_of(const GridNumbers& n) { return {n[0], n[1], n[2]}; }

inline std::vector<double> vector_of(const Numbers& numbers) {
  if (numbers.ndim() != 1) {
    throw py::value_error("array with " + std::to_string(numbers.ndim()) +
                          " dimensions, expected 1");
  }
  return {numbers.data(), numbers.data() + numbers.size()};
}

/// Of a list of places (z, y, x).
template <class Array>
py::ssize_t rows_of(const Array& places, const char* what) {
  if (places.ndim() != 2 || places.shape(1) != 3) {
    throw py::value_error(std::string(what) + ": expected an array of shape (n, 3)");
  }
  return places.shape(0);
}

/// A NumPy array that owns the vector's memory.
template <class T>
py::array_t<T> array_of(std::vector<T>&& values) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  const py::capsule keep(owner.get(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  std::vector<T>* data = owner.release();
  return py::array_t<T>(static_cast<py::ssize_t>(data->size()), data->data(), keep);
}

/// A read-only property that shows a vector member as an array, without a copy.
template <class Class, class T>
auto array_member(std::vector<T> Class::* member) {
  return [member](const py::object& self) {
    const std::vector<T>& values = self.cast<const Class&>().*member;
    py::array_t<T> view(static_cast<py::ssize_t>(values.size()), values.data(), self);
    view.attr("setflags")(py::arg("write") = false);
    return view;
  };
}

}  // namespace sharpem::bindings
