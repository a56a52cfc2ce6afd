// From a map to its Fourier coefficients and back.
//
// Exact: the synthesis is that on the full grid; what is left out is known to be zero. Memory goes
// with the terms that are kept. Any grid, any cell; results do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <memory>

#include "sharpem/filter.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/volume.hpp"

namespace sharpem {

/// Fourier coefficients of a map, to d_min (A); 0 keeps every one.
Spectrum analyse(VolumeView map, const UnitCell& cell, double d_min);

/// The whole map of a spectrum. `out` has the spectrum's grid.
void synthesise(const Spectrum& spectrum, MutableVolumeView out);
/// The same of the spectrum times a radial factor.
void synthesise(const Spectrum& spectrum, const RadialCurve& factor, MutableVolumeView out);

/// The map cut at d_min (A) under a radial factor, in its place: as analyse() and synthesise() one
/// after the other, in half the memory and less time.
void filter_map(MutableVolumeView map, const UnitCell& cell, double d_min,
                const RadialCurve& factor);

/// What becomes of F(000): without it the map has mean 0.
enum class Mean { keep, remove };

class HalfTransform;

/// The map of a spectrum, plane by plane: the transform along z is done by the constructor, those
/// along y and x for one plane when it is asked for.
class Synthesis final : public PlaneSource {
 public:
  explicit Synthesis(const Spectrum& spectrum, Mean mean = Mean::keep);
  Synthesis(const Spectrum& spectrum, const RadialCurve& factor, Mean mean = Mean::keep);
  ~Synthesis() override;
  Synthesis(const Synthesis&) = delete;
  Synthesis& operator=(const Synthesis&) = delete;
  Synthesis(Synthesis&&) = delete;
  Synthesis& operator=(Synthesis&&) = delete;

  /// The same with another factor, in the memory already held: for a series of factors. The
  /// spectrum has the grid, cell and limit of the first. Not while planes are being asked for.
  void refill(const Spectrum& spectrum, const RadialCurve& factor, Mean mean = Mean::keep);

  Shape shape() const override { return grid_; }
  const float* plane(std::size_t z, float* scratch) const override;

 private:
  Shape grid_;
  std::unique_ptr<HalfTransform> half_;  // after the transform along z
};

/// Memory that a Synthesis of such a spectrum holds beside it, bytes; and `analyse` while it runs.
/// 8 for each column (h, k) inside the limit and each z, with the scratch memory of every thread.
std::size_t synthesis_bytes(Shape grid, const UnitCell& cell, double d_min,
                            int threads = thread_count());

}  // namespace sharpem
