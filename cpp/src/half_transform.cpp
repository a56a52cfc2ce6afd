#include "half_transform.hpp"

#include <algorithm>

#include "check.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

constexpr std::size_t cache_line = 64 / sizeof(float);
/// Few enough for the columns of a block to stay in the second-level cache.
constexpr std::size_t block_lanes = 128;

std::size_t size(int n) { return static_cast<std::size_t>(n); }

std::size_t rounded_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

/// An odd number of cache lines: powers of 2 make neighbours along z fall into few cache sets.
std::size_t spread(std::size_t floats) {
  return (rounded_up(floats, cache_line) / cache_line | 1) * cache_line;
}

/// Where index i (negative ones included) stands on an axis of n points.
std::size_t wrapped(int i, std::size_t n) {
  return static_cast<std::size_t>(i < 0 ? i + static_cast<std::ptrdiff_t>(n) : i);
}

fft::Curve curve_of(const RadialCurve& factor) {
  const auto& table = factor.table();
  return {table.data(), factor.per_s_squared(), static_cast<double>(table.size() - 2)};
}

/// Whether no term from h on is kept: s^2 is above the limit there and rises.
bool beyond(const Spectrum& spectrum, const RowPolynomial& s_squared, int h) {
  return !spectrum.keeps(s_squared(h)) && 2 * s_squared.a * h + s_squared.b >= 0;
}

/// Rows of a spectrum lie too far apart for the processor to foresee which comes next.
void prefetch([[maybe_unused]] const float* from, [[maybe_unused]] std::size_t n) {
#if defined(__GNUC__)
  for (std::size_t i = 0; i < n; i += cache_line) __builtin_prefetch(from + i);
#endif
}

const float* floats(const Spectrum::Term* terms) { return reinterpret_cast<const float*>(terms); }
float* floats(Spectrum::Term* terms) { return reinterpret_cast<float*>(terms); }

}  // namespace

HalfTransform::HalfTransform(const Spectrum& spectrum)
    : kernels_(*kernels().fft),
      grid_(spectrum.grid()),
      cell_(spectrum.cell()),
      d_min_(spectrum.d_min()),
      row_size_(spectrum.row_size()),
      k_min_(spectrum.k_min()),
      k_max_(spectrum.k_max()),
      l_min_(spectrum.l_min()),
      l_max_(spectrum.l_max()),
      along_z_(kernels_, grid_.nz, false),
      along_y_(kernels_, grid_.ny, false),
      along_x_(kernels_, grid_.nx, true) {
  for (int l = l_min_; l <= l_max_; ++l) {
    for (int k = k_min_; k <= k_max_; ++k) {
      s_squared_.push_back(along_row(spectrum.reciprocal(), k, l, squared_length));
    }
  }
  find_columns(spectrum);
  find_gaps();
}

std::size_t HalfTransform::bytes() const {
  return grid_.nz * stride_ * sizeof(float) + s_squared_.size() * sizeof(RowPolynomial);
}

std::size_t HalfTransform::bytes_of_thread() const {
  const fft::Plane plane = layout();
  const std::size_t block = 2 * std::max(block_lanes, kernels_.lanes) * grid_.nz;
  return (block + plane.groups * plane.stride) * sizeof(float);
}

void HalfTransform::find_columns(const Spectrum& spectrum) {
  // How close to the origin a column comes: in the Cartesian frame (cell.hpp) l moves a term along
  // the third axis only.
  const auto reaches = [&](std::size_t h, int k) {
    const auto s = spectrum.reciprocal().s(static_cast<int>(h), k, 0);
    return spectrum.keeps((s[0] * s[0] + s[1] * s[1]) * (1 - 1e-9));
  };
  const std::size_t lanes = kernels_.lanes;
  std::size_t places = 0;
  for (int k = k_min_; k <= k_max_; ++k) {
    std::size_t begin = 0, end = row_size_;
    while (begin < end && !reaches(begin, k)) ++begin;
    while (begin < end && !reaches(end - 1, k)) --end;
    if (begin == end) continue;
    const Stretch all{k, begin / lanes, rounded_up(end, lanes) / lanes, places};
    places += all.groups();
    stretches_.push_back(all);
    Stretch block = all;
    for (; block.begin < all.end; block.first += block.groups(), block.begin = block.end) {
      block.end = std::min(all.end, block.begin + std::max<std::size_t>(1, block_lanes / lanes));
      blocks_.push_back(block);
    }
  }
  stride_ = spread(places * element());
}

void HalfTransform::find_gaps() {
  const fft::Plane plane = layout();
  for (std::size_t g = 0; g < plane.groups; ++g) {
    std::vector<bool> filled(grid_.ny, false);
    for (const Stretch& s : stretches_) {
      if (s.begin <= g && g < s.end) filled[wrapped(s.k, grid_.ny)] = true;
    }
    const std::size_t first = g * plane.stride;
    Span gap{first, first};
    for (std::size_t y = 0; y < grid_.ny; ++y) {
      if (!filled[y]) continue;
      gap.end = first + y * element();
      if (gap.begin < gap.end) gaps_.push_back(gap);
      gap.begin = gap.end + element();
    }
    gap.end = first + plane.stride;  // with the rows that make ny a multiple of the lanes
    if (gap.begin < gap.end) gaps_.push_back(gap);
  }
}

bool HalfTransform::fits(const Spectrum& spectrum) const {
  return grid_ == spectrum.grid() && cell_ == spectrum.cell() && d_min_ == spectrum.d_min();
}

const RowPolynomial& HalfTransform::s_squared(int k, int l) const {
  return s_squared_[size(l - l_min_) * size(k_max_ - k_min_ + 1) + size(k - k_min_)];
}

/// work(block, columns) for every block in parallel, with room for its columns.
template <class Work>
void HalfTransform::for_blocks(const Work& work) const {
  const std::size_t lanes = std::max(block_lanes, kernels_.lanes);
  parallel_pieces(blocks_.size(), [&] {
    return [&, columns = Buffer(2 * lanes * grid_.nz)](std::size_t i) mutable {
      work(blocks_[i], columns.data());
    };
  });
}

void HalfTransform::fill(const Spectrum& spectrum, const RadialCurve* factor, Mean mean) {
  if (!fits(spectrum)) refuse("synthesis of a spectrum with another grid, cell or limit");
  const fft::Curve curve = factor != nullptr ? curve_of(*factor) : fft::Curve();
  allocate();
  for_blocks([&](const Stretch& block, float* columns) {
    load(spectrum, block, factor != nullptr ? &curve : nullptr, columns);
    if (mean == Mean::remove && block.begin == 0 && block.k == 0)
      columns[0] = columns[kernels_.lanes] = 0;
    backward(block, columns);
  });
}

void HalfTransform::backward(const Stretch& block, float* columns) {
  const std::size_t length = grid_.nz * element();
  for (std::size_t g = 0; g < block.groups(); ++g) {
    kernels_.transform(*along_z_, columns + g * length, fft::Direction::backward);
  }
  for (std::size_t z = 0; z < grid_.nz; ++z) {
    kernels_.copy(columns + z * element(), length, block.groups(), at(z, block.first), element());
  }
}

void HalfTransform::forward(const Stretch& block, float* columns) const {
  const std::size_t length = grid_.nz * element();
  for (std::size_t z = 0; z < grid_.nz; ++z) {
    kernels_.copy(at(z, block.first), element(), block.groups(), columns + z * element(), length);
  }
  for (std::size_t g = 0; g < block.groups(); ++g) {
    kernels_.transform(*along_z_, columns + g * length, fft::Direction::forward);
  }
}

void HalfTransform::clear_gap_along_z(const Stretch& block, float* columns) const {
  const std::size_t begin = size(l_max_ + 1), end = grid_.nz - size(-l_min_);
  for (std::size_t g = 0; g < block.groups(); ++g) {
    float* column = columns + g * grid_.nz * element();
    std::fill(column + begin * element(), column + end * element(), 0.0F);
  }
}

void HalfTransform::load(const Spectrum& spectrum, const Stretch& block, const fft::Curve* curve,
                         float* columns) const {
  const std::size_t length = grid_.nz * element();
  clear_gap_along_z(block, columns);
  for (int l = l_min_; l <= l_max_; ++l) {
    const float* row = floats(spectrum.row(block.k, l));
    const float* next = floats(spectrum.row(block.k, std::min(l + 1, l_max_)));
    const RowPolynomial& square = s_squared(block.k, l);
    float* to = columns + wrapped(l, grid_.nz) * element();
    for (std::size_t g = block.begin; g < block.end; ++g, to += length) {
      const std::size_t h = g * kernels_.lanes;
      if (beyond(spectrum, square, static_cast<int>(h))) {
        std::fill_n(to, element(), 0.0F);
      } else {
        prefetch(next + 2 * h, element());
        kernels_.load(row + 2 * h, row_size_ - h, static_cast<int>(h), square, curve, to);
      }
    }
  }
}

void HalfTransform::transform_into(Spectrum& spectrum) const {
  for_blocks([&](const Stretch& block, float* columns) {
    forward(block, columns);
    store(columns, block, spectrum);
  });
}

void HalfTransform::filter(const Spectrum& kept, const RadialCurve& factor) {
  if (!fits(kept)) refuse("filtering with the terms of another grid, cell or limit");
  const fft::Curve curve = curve_of(factor);
  for_blocks([&](const Stretch& block, float* columns) {
    forward(block, columns);
    filter(kept, block, curve, columns);
    backward(block, columns);
  });
}

void HalfTransform::filter(const Spectrum& kept, const Stretch& block, const fft::Curve& curve,
                           float* columns) const {
  Buffer terms(element());
  clear_gap_along_z(block, columns);
  for (int l = l_min_; l <= l_max_; ++l) {
    const RowPolynomial& square = s_squared(block.k, l);
    float* one = columns + wrapped(l, grid_.nz) * element();
    for (std::size_t g = block.begin; g < block.end; ++g, one += grid_.nz * element()) {
      const std::size_t h = g * kernels_.lanes, count = row_size_ - h;
      kernels_.store(one, count, static_cast<int>(h), square, kept.s_squared_max(), terms.data());
      kernels_.load(terms.data(), count, static_cast<int>(h), square, &curve, one);
    }
  }
}

void HalfTransform::store(const float* columns, const Stretch& block, Spectrum& spectrum) const {
  for (int l = l_min_; l <= l_max_; ++l) {
    float* row = floats(spectrum.row(block.k, l));
    const float* from = columns + wrapped(l, grid_.nz) * element();
    for (std::size_t g = block.begin; g < block.end; ++g, from += grid_.nz * element()) {
      const std::size_t h = g * kernels_.lanes;
      kernels_.store(from, row_size_ - h, static_cast<int>(h), s_squared(block.k, l),
                     spectrum.s_squared_max(), row + 2 * h);
    }
  }
}

fft::Plane HalfTransform::layout() const {
  const std::size_t rows = rounded_up(grid_.ny, kernels_.lanes);
  return {grid_.ny, grid_.nx, rounded_up(row_size_, kernels_.lanes) / kernels_.lanes,
          spread(rows * element())};
}

void HalfTransform::plane_to(std::size_t z, Buffer& columns, float* map) const {
  const fft::Plane plane = layout();
  columns.resize(plane.groups * plane.stride);
  for (const Span& gap : gaps_) {
    std::fill(columns.data() + gap.begin, columns.data() + gap.end, 0.0F);
  }
  for (const Stretch& stretch : stretches_) {
    float* to = columns.data() + wrapped(stretch.k, grid_.ny) * element();
    kernels_.copy(at(z, stretch.first), element(), stretch.groups(),
                  to + stretch.begin * plane.stride, plane.stride);
  }
  for (std::size_t g = 0; g < plane.groups; ++g) {
    kernels_.transform(*along_y_, columns.data() + g * plane.stride, fft::Direction::backward);
  }
  kernels_.real_rows_back(*along_x_, columns.data(), plane, map);
}

void HalfTransform::plane_from(std::size_t z, Buffer& columns, const float* map, float scale) {
  const fft::Plane plane = layout();
  columns.resize(plane.groups * plane.stride);
  kernels_.real_rows(*along_x_, map, plane, columns.data(), scale);
  for (std::size_t g = 0; g < plane.groups; ++g) {
    kernels_.transform(*along_y_, columns.data() + g * plane.stride, fft::Direction::forward);
  }
  for (const Stretch& stretch : stretches_) {
    const float* from = columns.data() + wrapped(stretch.k, grid_.ny) * element();
    kernels_.copy(from + stretch.begin * plane.stride, plane.stride, stretch.groups(),
                  at(z, stretch.first), element());
  }
}

}  // namespace sharpem
