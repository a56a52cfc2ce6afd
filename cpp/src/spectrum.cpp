#include "sharpem/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "check.hpp"
#include "fft.hpp"
#include "half_transform.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace sharpem {
namespace {

using Term = Spectrum::Term;

std::size_t size(int n) { return static_cast<std::size_t>(n); }

/// A little generous, so that a term exactly at d_min is kept whatever the rounding.
double limit_of(double d_min) { return d_min > 0 ? (1 + 1e-9) / (d_min * d_min) : 0; }

Shape checked(Shape grid) {
  if (grid.voxels() == 0) {
    refuse("grid of ", grid.nz, " x ", grid.ny, " x ", grid.nx, " voxels: expected at least one");
  }
  return grid;
}

double checked(double d_min) {
  if (!(d_min >= 0) || !std::isfinite(d_min)) {
    refuse("resolution limit ", d_min, " A: expected d_min > 0, or 0 for every term");
  }
  return d_min;
}

}  // namespace

Spectrum::Spectrum(Shape grid, const UnitCell& cell, double d_min)
    : grid_(checked(grid)),
      cell_(cell),
      reciprocal_(cell),
      d_min_(checked(d_min)),
      s_squared_max_(limit_of(d_min)) {
  const auto half = [](std::size_t n) { return static_cast<int>(n / 2); };
  const auto half_up = [](std::size_t n) { return static_cast<int>((n - 1) / 2); };
  std::array<int, 3> limit{half(grid.nx), half(grid.ny), half(grid.nz)};
  if (d_min > 0) {
    const auto sphere = reciprocal_.limits(std::sqrt(s_squared_max_));
    for (std::size_t i = 0; i < 3; ++i) limit[i] = std::min(limit[i], sphere[i]);
  }
  h_max_ = limit[0];
  k_min_ = -limit[1];
  k_max_ = std::min(limit[1], half_up(grid.ny));
  l_min_ = -limit[2];
  l_max_ = std::min(limit[2], half_up(grid.nz));
  terms_.resize(layers(*this) * size(k_max_ - k_min_ + 1) * row_size());
}

std::size_t Spectrum::offset(int k, int l) const {
  const std::size_t rows = size(l - l_min_) * size(k_max_ - k_min_ + 1) + size(k - k_min_);
  return rows * row_size();
}

double Spectrum::multiplicity(int h) const { return h == 0 || 2 * size(h) == grid_.nx ? 1 : 2; }

void apply(Spectrum& spectrum, const RadialCurve& factor) {
  for_rows(spectrum, [&](const Row& row) {
    Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) terms[h] *= factor(row.s_squared(h));
  });
}

void apply_anisotropy(Spectrum& spectrum, const Tensor& b, double sign) {
  const double b_iso = (b[0] + b[1] + b[2]) / 3;
  const auto exponent_form = [&](const std::array<double, 3>& s) {
    return sign * (quadratic(b, s) - b_iso * squared_length(s)) / 4;
  };
  for_rows(spectrum, [&](const Row& row) {
    const auto exponent = along_row(spectrum.reciprocal(), row.k(), row.l(), exponent_form);
    Term* terms = spectrum.row(row.k(), row.l());
    for (int h = row.begin(); h < row.end(); ++h) {
      terms[h] *= static_cast<float>(std::exp(std::clamp(exponent(h), -80.0, 80.0)));
    }
  });
}

namespace {

/// Stretches of the rows k of one z plane to and from an (ny, nx/2 + 1) block of terms.
struct PlaneBlock {
  explicit PlaneBlock(const HalfTransform& half)
      : shape(half.grid), width(shape.nx / 2 + 1), stride(fft::spread(width)) {}

  std::size_t numbers() const { return shape.ny * stride; }
  Term* row(Term* block, std::size_t y) const { return block + y * stride; }

  Shape shape;
  std::size_t width, stride;
};

/// The rows of plane z at their places, zeros elsewhere.
void load_plane(const HalfTransform& half, std::size_t z, const PlaneBlock& layout, Term* block) {
  const Term* columns = half.plane(z);
  const auto zero = [&](std::size_t y) { std::fill_n(layout.row(block, y), layout.width, Term()); };
  const auto place = [&](std::size_t y, int k) {
    const Stretch& stretch = half.stretch(k);
    const Term* from = columns + stretch.offset;
    Term* to = layout.row(block, y);
    std::fill(to, to + stretch.begin, Term());
    std::copy(from, from + (stretch.end - stretch.begin), to + stretch.begin);
    std::fill(to + stretch.end, to + layout.width, Term());
  };
  along_axis(half.k_min, half.k_max, layout.shape.ny, place, zero);
}

void store_plane(HalfTransform& half, std::size_t z, const PlaneBlock& layout, Term* block) {
  for (int k = half.k_min; k <= half.k_max; ++k) {
    const Stretch& stretch = half.stretch(k);
    const Term* from = layout.row(block, wrapped(k, layout.shape.ny));
    std::copy(from + stretch.begin, from + stretch.end, half.plane(z) + stretch.offset);
  }
}

/// The part of a row that lies in a block.
struct Overlap {
  Overlap(const Row& row, const Block& block)
      : begin(std::clamp(size(row.begin()), block.begin, block.end)),
        end(std::clamp(size(row.end()), begin, block.end)) {}

  std::size_t begin, end;
};

/// The terms of a block times the factor, zeros elsewhere.
void load_block(const Spectrum& spectrum, const RadialCurve* factor, const Block& block,
                Term* buffer, std::size_t stride) {
  const auto zero = [&](std::size_t z) { std::fill_n(buffer + z * stride, block.lanes(), Term()); };
  const auto place = [&](std::size_t z, int l) {
    const Row row(spectrum, block.k, l);
    const Overlap kept(row, block);
    const Term* terms = spectrum.row(block.k, l);
    Term* to = buffer + z * stride;
    std::fill(to, to + (kept.begin - block.begin), Term());
    std::fill(to + (kept.end - block.begin), to + block.lanes(), Term());
    for (std::size_t h = kept.begin; h < kept.end; ++h) {
      const float scale = factor ? (*factor)(row.s_squared(static_cast<int>(h))) : 1.0F;
      to[h - block.begin] = terms[h] * scale;
    }
  };
  along_axis(spectrum.l_min(), spectrum.l_max(), spectrum.grid().nz, place, zero);
}

void store_block(Spectrum& spectrum, const Block& block, const Term* buffer, std::size_t stride) {
  for (int l = spectrum.l_min(); l <= spectrum.l_max(); ++l) {
    const Overlap kept(Row(spectrum, block.k, l), block);
    const Term* from = buffer + wrapped(l, spectrum.grid().nz) * stride;
    std::copy(from + (kept.begin - block.begin), from + (kept.end - block.begin),
              spectrum.row(block.k, l) + kept.begin);
  }
}

/// Transforms along x and y, one z plane at a time.
void analyse_planes(VolumeView map, HalfTransform& half) {
  const PlaneBlock layout(half);
  const auto scale = static_cast<float>(1 / static_cast<double>(map.shape.voxels()));
  parallel_pieces(map.shape.nz, [&] {
    return [&, block = TermBuffer(layout.numbers())](std::size_t z) mutable {
      fft::real_rows(map.data + z * map.shape.plane(), map.shape.ny, map.shape.nx, block.data(),
                     layout.stride, scale);
      fft::columns(block.data(), map.shape.ny, half.row_size, layout.stride,
                   fft::Direction::forward);
      store_plane(half, z, layout, block.data());
    };
  });
}

/// Transforms along z, one block of columns at a time.
void analyse_columns(const HalfTransform& half, Spectrum& spectrum) {
  const std::size_t stride = half.block_stride();
  for_blocks(half, [&](const Block& block, Term* buffer) {
    for (std::size_t z = 0; z < half.grid.nz; ++z) {
      std::copy_n(half.plane(z) + block.offset, block.lanes(), buffer + z * stride);
    }
    fft::columns(buffer, half.grid.nz, block.lanes(), stride, fft::Direction::forward);
    store_block(spectrum, block, buffer, stride);
  });
}

void check_map(const float* data, Shape shape, Shape expected) {
  if (data == nullptr) refuse("map without data");
  if (!(shape == expected)) {
    refuse("map of ", shape.nz, " x ", shape.ny, " x ", shape.nx, " voxels: expected ", expected.nz,
           " x ", expected.ny, " x ", expected.nx, ", as in the spectrum");
  }
}

}  // namespace

Spectrum analyse(VolumeView map, const UnitCell& cell, double d_min) {
  Spectrum spectrum(map.shape, cell, d_min);
  check_map(map.data, map.shape, spectrum.grid());
  HalfTransform half(spectrum);
  analyse_planes(map, half);
  analyse_columns(half, spectrum);
  return spectrum;
}

Spectrum resampled(const Spectrum& spectrum, Shape grid, double d_min) {
  if (d_min < spectrum.d_min()) {
    refuse("resampling to ", d_min, " A: expected at least the ", spectrum.d_min(),
           " A of the spectrum");
  }
  Spectrum answer(grid, spectrum.cell(), d_min);
  for (int l = std::max(answer.l_min(), spectrum.l_min());
       l <= std::min(answer.l_max(), spectrum.l_max()); ++l) {
    for (int k = std::max(answer.k_min(), spectrum.k_min());
         k <= std::min(answer.k_max(), spectrum.k_max()); ++k) {
      for (int h = 0; h <= std::min(answer.h_max(), spectrum.h_max()); ++h) {
        if (answer.keeps(answer.reciprocal().s_squared(h, k, l))) {
          answer.row(k, l)[h] = spectrum.row(k, l)[h];
        }
      }
    }
  }
  return answer;
}

Synthesis::Synthesis(const Spectrum& spectrum, const RadialCurve* factor, bool with_mean)
    : grid_(spectrum.grid()), half_(std::make_unique<HalfTransform>(spectrum)) {
  refill(spectrum, factor, with_mean);
}

Synthesis::~Synthesis() = default;

void Synthesis::refill(const Spectrum& spectrum, const RadialCurve* factor, bool with_mean) {
  if (!half_->fits(spectrum)) refuse("synthesis of a spectrum with another grid, cell or limit");
  const std::size_t stride = half_->block_stride();
  for_blocks(*half_, [&](const Block& block, Term* buffer) {
    load_block(spectrum, factor, block, buffer, stride);
    if (!with_mean && block.k == 0 && block.begin == 0) buffer[0] = Term();
    fft::columns(buffer, grid_.nz, block.lanes(), stride, fft::Direction::backward);
    for (std::size_t z = 0; z < grid_.nz; ++z) {
      std::copy_n(buffer + z * stride, block.lanes(), half_->plane(z) + block.offset);
    }
  });
}

const float* Synthesis::plane(std::size_t z, float* scratch) const {
  const PlaneBlock layout(*half_);
  thread_local TermBuffer block;
  block.resize(std::max(block.size(), layout.numbers()));
  load_plane(*half_, z, layout, block.data());
  fft::columns(block.data(), grid_.ny, half_->row_size, layout.stride, fft::Direction::backward);
  fft::real_rows_back(block.data(), grid_.ny, layout.stride, scratch, grid_.nx);
  return scratch;
}

void synthesise(const Spectrum& spectrum, MutableVolumeView out, const RadialCurve* factor) {
  check_map(out.data, out.shape, spectrum.grid());
  const Synthesis map(spectrum, factor);
  parallel_for(out.shape.nz,
               [&](std::size_t z) { map.plane(z, out.data + z * out.shape.plane()); });
}

}  // namespace sharpem
