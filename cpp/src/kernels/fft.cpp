// Transforms of lines side by side, and what brings maps and spectra into that form. Compiled once
// for each instruction set: see kernels.hpp.
#include "fft.hpp"

#include <cstddef>
#include <cstring>
#include <memory>

#include "lanes.hpp"
#include "prime.hpp"

namespace sharpem::fft {
namespace {

// --- Between spectra and columns ----------------------------------------------------------------

/// What s^2 looks like along `width` terms from h on.
void along_terms(const Quadratic& q, int h, double (&s_squared)[width]) {
  for (size_t j = 0; j < width; ++j) {
    const double x = h + static_cast<int>(j);
    s_squared[j] = (q.a * x + q.b) * x + q.c;
  }
}

/// As RadialCurve::operator(), bit for bit.
Lanes evaluate(const Curve& curve, const double (&s_squared)[width]) {
  int index[width];
  float fraction[width];
  float points[2 * width];  // before and after, in turns: one load for both
  for (size_t j = 0; j < width; ++j) {
    const double x = s_squared[j] * curve.per_s_squared;
    const double kept = x < curve.last ? x : curve.last;
    index[j] = static_cast<int>(kept);
    fraction[j] = static_cast<float>(kept - index[j]);
  }
  for (size_t j = 0; j < width; ++j) {
    std::memcpy(points + 2 * j, curve.values + index[j], 2 * sizeof(float));
  }
  const Lanes here = real_parts(points), next = imaginary_parts(points);
  return here + read(fraction) * (next - here);
}

void copy(const float* from, size_t from_stride, size_t count, float* to, size_t to_stride) {
  for (; count > 0; --count, from += from_stride, to += to_stride) {
    write(read(from), to);
    write(read(from + width), to + width);
  }
}

void load(const float* terms, size_t count, int h, const Quadratic& s_squared, const Curve* curve,
          float* element) {
  float rest[2 * width];  // of a row that ends here
  if (count < width) {
    std::memset(rest, 0, sizeof rest);
    std::memcpy(rest, terms, 2 * count * sizeof(float));
    terms = rest;
  }
  Lanes real = real_parts(terms), imaginary = imaginary_parts(terms);
  if (curve != nullptr) {
    double squares[width];
    along_terms(s_squared, h, squares);
    const Lanes factor = evaluate(*curve, squares);
    real *= factor;
    imaginary *= factor;
  }
  write(real, element);
  write(imaginary, element + width);
}

void store(const float* element, size_t count, int h, const Quadratic& s_squared, double limit,
           float* terms) {
  double squares[width];
  float pairs[2 * width];
  along_terms(s_squared, h, squares);
  for (size_t j = 0; j < width; ++j) {
    const bool keep = squares[j] <= limit;
    pairs[2 * j] = keep ? element[j] : 0.0F;
    pairs[2 * j + 1] = keep ? element[width + j] : 0.0F;
  }
  std::memcpy(terms, pairs, 2 * (count < width ? count : width) * sizeof(float));
}

// --- Transforms ---------------------------------------------------------------------------------

/// What a Plan is; the type itself stays incomplete, as every set has its own.
struct LinePlan {
  std::unique_ptr<one_dimension::pocketfft_c<float>> complex;
  std::unique_ptr<one_dimension::pocketfft_r<float>> real;
  std::unique_ptr<PrimePlan> prime;  // of either kind, where it pays

  void exec(Element* column, bool forward) const {
    prime ? prime->exec(column, forward) : complex->exec(column, 1.0F, forward);
  }
  void exec(Lanes* line, float scale, bool forward) const {
    prime ? prime->exec(line, scale, forward) : real->exec(line, scale, forward);
  }
};

Plan* make_plan(size_t n, bool real) {
  auto plan = std::make_unique<LinePlan>();
  if (PrimePlan::pays(n)) {
    plan->prime = std::make_unique<PrimePlan>(n);
  } else if (real) {
    plan->real = std::make_unique<one_dimension::pocketfft_r<float>>(n);
  } else {
    plan->complex = std::make_unique<one_dimension::pocketfft_c<float>>(n);
  }
  return reinterpret_cast<Plan*>(plan.release());
}

void destroy_plan(Plan* plan) { delete reinterpret_cast<LinePlan*>(plan); }

const LinePlan& lines(const Plan& plan) { return reinterpret_cast<const LinePlan&>(plan); }

void transform(const Plan& plan, float* column, Direction direction) {
  lines(plan).exec(reinterpret_cast<Element*>(column), direction == Direction::forward);
}

// Lines are read and written in squares that go through registers. The last of a row ends where the
// row does, over a part of the one before; rows that are shorter than a square are copied.

/// Where the square of row elements from x on begins.
size_t square_at(size_t x, size_t nx) { return x + width <= nx ? x : nx - width; }

size_t height_at(const Plane& plane, size_t y) {
  return plane.ny - y < width ? plane.ny - y : width;
}

/// `width` real lines from row y on: element x of all of them together.
void read_lines(const float* rows, const Plane& plane, size_t y, Lanes* line) {
  const size_t height = height_at(plane, y), count = plane.nx < width ? plane.nx : width;
  for (size_t x = 0; x < plane.nx; x += width) {
    const size_t first = count < width ? 0 : square_at(x, plane.nx);
    const float* from = rows + y * plane.nx + first;
    Lanes square[width];
    if (height == width && count == width) {
      for (size_t i = 0; i < width; ++i) square[i] = read(from + i * plane.nx);
      transpose(square);
      for (size_t j = 0; j < width; ++j) line[first + j] = square[j];
    } else {
      std::memset(&square, 0, sizeof square);
      for (size_t i = 0; i < height; ++i) {
        std::memcpy(&square[i], from + i * plane.nx, count * sizeof(float));
      }
      transpose(square);
      for (size_t j = 0; j < count; ++j) line[first + j] = square[j];
    }
  }
}

void write_lines(const Lanes* line, const Plane& plane, size_t y, float* rows) {
  const size_t height = height_at(plane, y), count = plane.nx < width ? plane.nx : width;
  for (size_t x = 0; x < plane.nx; x += width) {
    const size_t first = count < width ? 0 : square_at(x, plane.nx);
    float* to = rows + y * plane.nx + first;
    Lanes square[width];
    if (count == width) {
      for (size_t j = 0; j < width; ++j) square[j] = line[first + j];
      transpose(square);
      if (height == width) {
        for (size_t i = 0; i < width; ++i) write(square[i], to + i * plane.nx);
      } else {
        for (size_t i = 0; i < height; ++i) write(square[i], to + i * plane.nx);
      }
    } else {
      std::memset(&square, 0, sizeof square);
      for (size_t j = 0; j < count; ++j) square[j] = line[j];
      transpose(square);
      for (size_t i = 0; i < height; ++i) {
        std::memcpy(to + i * plane.nx, &square[i], count * sizeof(float));
      }
    }
  }
}

/// The real or the imaginary parts of the terms of `width` rows: rows and terms exchanged.
IN_REGISTERS void exchange(const float* rows, Lanes (&parts)[width]) {
  for (size_t i = 0; i < width; ++i) parts[i] = read(rows + i * 2 * width);
  transpose(parts);
}

// A transformed real line is r0 r1 i1 r2 i2 ..., with the real r(n/2) at the end if n is even.

void gather_terms(const float* columns, const Plane& plane, size_t y, Lanes* line) {
  size_t filled = 0;
  for (size_t g = 0; g < plane.groups; ++g) {
    const float* rows = columns + g * plane.stride + y * 2 * width;
    if (g > 0 && 2 * (g + 1) * width <= plane.nx) {  // neither h = 0 nor h = nx/2 among them
      Lanes parts[width];
      exchange(rows, parts);
      for (size_t j = 0; j < width; ++j) line[filled + 2 * j] = parts[j];
      exchange(rows + width, parts);
      for (size_t j = 0; j < width; ++j) line[filled + 2 * j + 1] = parts[j];
      filled += 2 * width;
      continue;
    }
    Lanes real[width], imaginary[width];
    exchange(rows, real);
    exchange(rows + width, imaginary);
    for (size_t j = 0; j < width; ++j) {
      const size_t h = g * width + j;
      if (h == 0) {
        line[filled++] = real[j];
      } else if (2 * h <= plane.nx) {
        line[filled++] = real[j];
        if (2 * h < plane.nx) line[filled++] = imaginary[j];
      }
    }
  }
  for (; filled < plane.nx; ++filled) line[filled] = Lanes{};
}

void scatter_terms(const Lanes* line, const Plane& plane, size_t y, float* columns) {
  for (size_t g = 0; g < plane.groups; ++g) {
    Lanes real[width] = {}, imaginary[width] = {};
    for (size_t j = 0; j < width; ++j) {
      const size_t h = g * width + j;
      if (2 * h <= plane.nx) real[j] = line[h == 0 ? 0 : 2 * h - 1];
      if (h > 0 && 2 * h < plane.nx) imaginary[j] = line[2 * h];
    }
    transpose(real);
    transpose(imaginary);
    float* group = columns + g * plane.stride;
    for (size_t i = 0; i < width; ++i) {
      write(real[i], group + (y + i) * 2 * width);
      write(imaginary[i], group + (y + i) * 2 * width + width);
    }
  }
}

void real_rows(const Plan& plan, const float* rows, const Plane& plane, float* columns,
               float scale) {
  one_dimension::arr<Lanes> line(plane.nx);
  for (size_t y = 0; y < plane.ny; y += width) {
    read_lines(rows, plane, y, line.data());
    lines(plan).exec(line.data(), scale, true);
    scatter_terms(line.data(), plane, y, columns);
  }
}

void real_rows_back(const Plan& plan, const float* columns, const Plane& plane, float* rows) {
  one_dimension::arr<Lanes> line(plane.nx);
  for (size_t y = 0; y < plane.ny; y += width) {
    gather_terms(columns, plane, y, line.data());
    lines(plan).exec(line.data(), 1.0F, false);
    write_lines(line.data(), plane, y, rows);
  }
}

}  // namespace

extern const Kernels SHARPEM_KERNELS;
const Kernels SHARPEM_KERNELS{width, make_plan, destroy_plan, copy,          transform,
                              load,  store,     real_rows,    real_rows_back};

}  // namespace sharpem::fft
