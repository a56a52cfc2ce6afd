// A spectrum after the transform along z: the state between a spectrum and the planes of a map.
//
// Columns along z that are not known to be zero lie in groups of `lanes` neighbours along x, as
// kernels/fft.hpp has them. For each z they are packed: the groups of the first k, then those of
// the next. So memory is read and written in long stretches, and never shuffled along z and y.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "buffer.hpp"
#include "kernels/fft.hpp"
#include "rows.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/transform.hpp"

namespace sharpem {

/// A plan for one length, of the kernels that made it.
class LinePlan {
 public:
  LinePlan(const fft::Kernels& kernels, std::size_t n, bool real)
      : plan_(kernels.make_plan(n, real), kernels.destroy_plan) {}
  const fft::Plan& operator*() const { return *plan_; }

 private:
  std::unique_ptr<fft::Plan, void (*)(fft::Plan*)> plan_;
};

/// Groups begin .. end - 1 of one k: those that reach into the resolution sphere, or a part of them
/// that is transformed along z in one go.
struct Stretch {
  int k = 0;
  std::size_t begin = 0, end = 0;
  std::size_t first = 0;  // place of the first of them in a plane

  std::size_t groups() const { return end - begin; }
};

/// Floats of the columns of a plane.
struct Span {
  std::size_t begin = 0, end = 0;
};

class HalfTransform {
 public:
  /// Holds no memory to speak of until it is filled.
  explicit HalfTransform(const Spectrum& spectrum);

  /// Memory that it will hold, and each of its threads while at work.
  std::size_t bytes() const;
  std::size_t bytes_of_thread() const;
  void allocate() { numbers_.resize(grid_.nz * stride_); }

  /// Transforms a spectrum, times a factor (may be null), along z; or what is here to a spectrum.
  /// It has the grid, cell and limit of the first.
  void fill(const Spectrum& spectrum, const RadialCurve* factor, Mean mean);
  void transform_into(Spectrum& spectrum) const;

  /// The same one after the other, transform_into() and fill(), in place and without the spectrum
  /// between them: every term that `kept` keeps times the factor.
  void filter(const Spectrum& kept, const RadialCurve& factor);

  /// One plane of the map (ny * nx voxels) from what is here, or to here, times `scale`. `columns`
  /// is scratch memory of the calling thread.
  void plane_to(std::size_t z, Buffer& columns, float* map) const;
  void plane_from(std::size_t z, Buffer& columns, const float* map, float scale);
  void clear_plane(std::size_t z) { std::fill_n(at(z, 0), stride_, 0.0F); }

 private:
  void find_columns(const Spectrum& spectrum);
  void find_gaps();
  bool fits(const Spectrum& spectrum) const;
  const RowPolynomial& s_squared(int k, int l) const;
  fft::Plane layout() const;

  template <class Work>
  void for_blocks(const Work& work) const;
  /// A block's columns from what is here, transformed along z; or back to here.
  void forward(const Stretch& block, float* columns) const;
  void backward(const Stretch& block, float* columns);
  void clear_gap_along_z(const Stretch& block, float* columns) const;
  void filter(const Spectrum& kept, const Stretch& block, const fft::Curve& curve,
              float* columns) const;
  void load(const Spectrum& spectrum, const Stretch& block, const fft::Curve* curve,
            float* columns) const;
  void store(const float* columns, const Stretch& block, Spectrum& spectrum) const;

  std::size_t element() const { return 2 * kernels_.lanes; }  // floats of a column for each index
  float* at(std::size_t z, std::size_t place) {
    return numbers_.data() + z * stride_ + place * element();
  }
  const float* at(std::size_t z, std::size_t place) const {
    return numbers_.data() + z * stride_ + place * element();
  }

  const fft::Kernels& kernels_;
  Shape grid_;
  UnitCell cell_;
  double d_min_ = 0;
  std::size_t row_size_ = 0;  // h_max + 1
  int k_min_ = 0, k_max_ = 0, l_min_ = 0, l_max_ = 0;
  LinePlan along_z_, along_y_, along_x_;
  std::vector<RowPolynomial> s_squared_;  // along each row of the spectrum
  std::vector<Stretch> stretches_, blocks_;
  std::vector<Span> gaps_;  // of a plane's columns: what no stretch fills
  std::size_t stride_ = 0;  // floats per plane
  Buffer numbers_;
};

}  // namespace sharpem
