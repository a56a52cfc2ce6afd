#include "sharpem/field.hpp"

#include <algorithm>
#include <cmath>

#include "check.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

constexpr double reach = 6;  // d0; the weight there is 1e-16

std::size_t lattice_points(std::size_t n, std::size_t step) {
  return n < 2 ? 1 : (n - 2) / step + 2;
}

/// exp(-(x - at)^2 / d0^2) at the lattice points of one axis.
std::vector<double> fall_off(double at, double d0, std::size_t points, std::size_t step) {
  std::vector<double> w(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double x = (static_cast<double>(i * step) - at) / d0;
    w[i] = std::abs(x) < reach ? std::exp(-x * x) : 0;
  }
  return w;
}

/// One site's weight as a product along the axes.
struct Kernel {
  std::vector<double> z, y, x;
  double value;
};

void add(const Kernel& kernel, double wz, const Shape& lattice, double* weighted, double* weight) {
  for (std::size_t y = 0; y < lattice.ny; ++y) {
    const double wzy = wz * kernel.y[y];
    if (wzy == 0) continue;
    for (std::size_t x = 0; x < lattice.nx; ++x) {
      const double w = wzy * kernel.x[x];
      weight[y * lattice.nx + x] += w;
      weighted[y * lattice.nx + x] += w * kernel.value;
    }
  }
}

/// Lattice points about a voxel, and how far it is from the first to the second.
struct Between {
  Between(std::size_t voxel, std::size_t step, std::size_t points)
      : low(voxel / step),
        high(std::min(low + 1, points - 1)),
        part(static_cast<float>(voxel % step) / static_cast<float>(step)) {}

  std::size_t low, high;
  float part;
};

float mixed(float a, float b, float part) { return a + part * (b - a); }

}  // namespace

Shape lattice_over(Shape map, std::size_t step) {
  return {lattice_points(map.nz, step), lattice_points(map.ny, step), lattice_points(map.nx, step)};
}

Field field_of(const std::vector<Site>& sites, Shape map, double d0, double overall_weight,
               std::size_t step) {
  if (!(d0 > 0) || !(overall_weight > 0) || step < 1) {
    refuse("field with d0 ", d0, ", overall weight ", overall_weight, " and step ", step,
           ": expected all three above 0");
  }
  Field field;
  field.step = step;
  field.shape = lattice_over(map, step);
  field.values.resize(field.shape.voxels());
  std::vector<Kernel> kernels;
  kernels.reserve(sites.size());
  for (const Site& site : sites) {
    kernels.push_back({fall_off(site.at[0], d0, field.shape.nz, step),
                       fall_off(site.at[1], d0, field.shape.ny, step),
                       fall_off(site.at[2], d0, field.shape.nx, step), site.value});
  }
  const std::size_t plane = field.shape.plane();
  parallel_for(field.shape.nz, [&](std::size_t z) {
    std::vector<double> weighted(plane), weight(plane, overall_weight);
    for (const Kernel& kernel : kernels) {
      if (kernel.z[z] > 0) add(kernel, kernel.z[z], field.shape, weighted.data(), weight.data());
    }
    for (std::size_t i = 0; i < plane; ++i) {
      field.values[z * plane + i] = static_cast<float>(weighted[i] / weight[i]);
    }
  });
  return field;
}

void Field::row(std::size_t z, std::size_t y, std::size_t nx, float* out) const {
  const Between bz(z, step, shape.nz), by(y, step, shape.ny);
  const auto at = [&](std::size_t iz, std::size_t iy) {
    return values.data() + (iz * shape.ny + iy) * shape.nx;
  };
  const float *a = at(bz.low, by.low), *b = at(bz.low, by.high);
  const float *c = at(bz.high, by.low), *d = at(bz.high, by.high);
  const auto value = [&](std::size_t i) {
    return mixed(mixed(a[i], b[i], by.part), mixed(c[i], d[i], by.part), bz.part);
  };
  for (std::size_t x = 0; x < nx; ++x) {
    const Between bx(x, step, shape.nx);
    out[x] = bx.part == 0 ? value(bx.low) : mixed(value(bx.low), value(bx.high), bx.part);
  }
}

void expand_field(const Field& field, MutableVolumeView out) {
  if (!(lattice_over(out.shape, field.step) == field.shape)) {
    refuse("field of ", field.shape.nz, " x ", field.shape.ny, " x ", field.shape.nx,
           " points: expected one that was made for the map");
  }
  parallel_for(out.shape.nz, [&](std::size_t z) {
    for (std::size_t y = 0; y < out.shape.ny; ++y) {
      field.row(z, y, out.shape.nx, out.data + (z * out.shape.ny + y) * out.shape.nx);
    }
  });
}

}  // namespace sharpem
