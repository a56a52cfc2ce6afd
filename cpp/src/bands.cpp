#include "sharpem/bands.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "check.hpp"
#include "parallel.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {
namespace {

/// Sums a row of n values over the points of the lattice, by the weights with which a field is
/// linear in between.
void gather(const float* values, std::size_t n, std::size_t step, std::size_t points,
            double* sums) {
  std::fill_n(sums, points, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const double part = static_cast<double>(i % step) / static_cast<double>(step);
    sums[i / step] += (1 - part) * values[i];
    if (part > 0) sums[i / step + 1] += part * values[i];
  }
}

/// The means at the lattice points of one axis, about each: weights that add up to 1 for every
/// point.
std::vector<double> window_along(std::size_t n, std::size_t step, std::size_t points,
                                 double sigma) {
  std::vector<double> matrix(points * points), ones(points);
  const std::vector<float> unit(n, 1);
  gather(unit.data(), n, step, points, ones.data());
  for (std::size_t i = 0; i < points; ++i) {
    double total = 0;
    for (std::size_t j = 0; j < points; ++j) {
      const double x = (static_cast<double>(i * step) - static_cast<double>(j * step)) / sigma;
      matrix[i * points + j] = std::exp(-0.5 * x * x);
      total += matrix[i * points + j] * ones[j];
    }
    for (std::size_t j = 0; j < points; ++j) matrix[i * points + j] /= total;
  }
  return matrix;
}

/// The product of two maps, summed over the lattice along y and x of one plane.
class PlaneSums {
 public:
  PlaneSums(const PlaneSource& one, const PlaneSource* two, const Shape& lattice, std::size_t step)
      : one_(one),
        two_(two),
        lattice_(lattice),
        step_(step),
        scratch_(one.shape().plane()),
        other_(two == nullptr ? 0 : one.shape().plane()),
        product_(one.shape().nx),
        sums_(lattice.nx) {}

  void operator()(std::size_t z, double* out) {
    const Shape shape = one_.shape();
    const float* a = one_.plane(z, scratch_.data());
    const float* b = two_ == nullptr ? a : two_->plane(z, other_.data());
    for (std::size_t y = 0; y < shape.ny; ++y) {
      const std::size_t at = y * shape.nx;
      for (std::size_t x = 0; x < shape.nx; ++x) product_[x] = a[at + x] * b[at + x];
      gather(product_.data(), shape.nx, step_, lattice_.nx, sums_.data());
      const double part = static_cast<double>(y % step_) / static_cast<double>(step_);
      add(1 - part, out + y / step_ * lattice_.nx);
      if (part > 0) add(part, out + (y / step_ + 1) * lattice_.nx);
    }
  }

 private:
  void add(double weight, double* row) const {
    for (std::size_t x = 0; x < lattice_.nx; ++x) row[x] += weight * sums_[x];
  }

  const PlaneSource& one_;
  const PlaneSource* two_;
  Shape lattice_;
  std::size_t step_;
  std::vector<float> scratch_, other_, product_;
  std::vector<double> sums_;
};

/// One axis of a lattice as three: `n` points `inner` values apart, `outer` times.
struct Axis {
  std::size_t outer, n, inner;
};

void smooth_along(const Axis& axis, const std::vector<double>& matrix,
                  std::vector<double>& values) {
  parallel_for(axis.outer, [&](std::size_t o) {
    double* block = values.data() + o * axis.n * axis.inner;
    const std::vector<double> from(block, block + axis.n * axis.inner);
    std::fill_n(block, axis.n * axis.inner, 0.0);
    for (std::size_t i = 0; i < axis.n; ++i) {
      for (std::size_t j = 0; j < axis.n; ++j) {
        const double w = matrix[i * axis.n + j];
        for (std::size_t x = 0; x < axis.inner; ++x) {
          block[i * axis.inner + x] += w * from[j * axis.inner + x];
        }
      }
    }
  });
}

/// Sums over the lattice along y and x of every plane of the map, shape (map's nz, lattice's
/// plane).
std::vector<double> sums_of_planes(const Spectrum& one, const Spectrum& two,
                                   const RadialCurve& band, const Shape& lattice,
                                   std::size_t step) {
  const Synthesis first(one, band);
  const auto second = &one == &two ? nullptr : std::make_unique<Synthesis>(two, band);
  std::vector<double> sums(one.grid().nz * lattice.plane());
  parallel_pieces(one.grid().nz, [&] {
    return [&, plane = PlaneSums(first, second.get(), lattice, step)](std::size_t z) mutable {
      plane(z, sums.data() + z * lattice.plane());
    };
  });
  return sums;
}

/// The planes' sums over the lattice along z.
std::vector<double> gathered(const std::vector<double>& planes, const Shape& lattice,
                             std::size_t step) {
  std::vector<double> values(lattice.voxels());
  const std::size_t plane = lattice.plane();
  for (std::size_t z = 0; z < planes.size() / plane; ++z) {
    const double part = static_cast<double>(z % step) / static_cast<double>(step);
    double* low = values.data() + z / step * plane;
    const double* from = planes.data() + z * plane;
    for (std::size_t i = 0; i < plane; ++i) low[i] += (1 - part) * from[i];
    if (part == 0) continue;
    for (std::size_t i = 0; i < plane; ++i) low[plane + i] += part * from[i];
  }
  return values;
}

}  // namespace

Field local_product(const Spectrum& one, const Spectrum& two, const RadialCurve& band,
                    std::size_t step, const std::array<double, 3>& sigma) {
  const bool positive = *std::min_element(sigma.begin(), sigma.end()) > 0;
  if (step < 1 || !positive) refuse("window or step of a lattice: expected above 0");
  if (!(one.grid() == two.grid())) refuse("two spectra on different grids");
  const Shape grid = one.grid();
  const Shape lattice = lattice_over(grid, step);
  auto values = gathered(sums_of_planes(one, two, band, lattice, step), lattice, step);
  smooth_along({1, lattice.nz, lattice.plane()}, window_along(grid.nz, step, lattice.nz, sigma[0]),
               values);
  smooth_along({lattice.nz, lattice.ny, lattice.nx},
               window_along(grid.ny, step, lattice.ny, sigma[1]), values);
  smooth_along({lattice.nz * lattice.ny, lattice.nx, 1},
               window_along(grid.nx, step, lattice.nx, sigma[2]), values);
  return {lattice, step, std::vector<float>(values.begin(), values.end())};
}

void add_bands(const Spectrum& spectrum, const std::vector<RadialCurve>& bands,
               const std::vector<Field>& fields, MutableVolumeView out) {
  if (bands.size() != fields.size()) {
    refuse(bands.size(), " bands and ", fields.size(), " fields, expected as many of each");
  }
  const Shape shape = spectrum.grid();
  if (!(out.shape == shape)) refuse("bands: output and spectrum on different grids");
  std::unique_ptr<Synthesis> map;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (!(lattice_over(shape, fields[i].step) == fields[i].shape)) {
      refuse("bands: a field that does not cover the map");
    }
    if (map) {
      map->refill(spectrum, bands[i]);
    } else {
      map = std::make_unique<Synthesis>(spectrum, bands[i]);
    }
    parallel_pieces(shape.nz, [&] {
      return [&, scratch = std::vector<float>(shape.plane()),
              values = std::vector<float>(shape.nx)](std::size_t z) mutable {
        const float* plane = map->plane(z, scratch.data());
        for (std::size_t y = 0; y < shape.ny; ++y) {
          fields[i].row(z, y, shape.nx, values.data());
          float* to = out.data + z * shape.plane() + y * shape.nx;
          const float* from = plane + y * shape.nx;
          for (std::size_t x = 0; x < shape.nx; ++x) to[x] += values[x] * from[x];
        }
      };
    });
  }
}

}  // namespace sharpem
