#include "sharpem/transform.hpp"

#include <memory>

#include "check.hpp"
#include "half_transform.hpp"
#include "parallel.hpp"

namespace sharpem {
namespace {

void check_map(const float* data, Shape shape, Shape expected) {
  if (data == nullptr) refuse("map without data");
  if (!(shape == expected)) {
    refuse("map of ", shape.nz, " x ", shape.ny, " x ", shape.nx, " voxels: expected ", expected.nz,
           " x ", expected.ny, " x ", expected.nx, ", as in the spectrum");
  }
}

void take_planes(VolumeView map, HalfTransform& half) {
  const auto scale = static_cast<float>(1 / static_cast<double>(map.shape.voxels()));
  parallel_pieces(map.shape.nz, [&] {
    return [&, columns = Buffer()](std::size_t z) mutable {
      half.plane_from(z, columns, map.data + z * map.shape.plane(), scale);
    };
  });
}

void write_planes(const Synthesis& map, MutableVolumeView out) {
  parallel_for(out.shape.nz,
               [&](std::size_t z) { map.plane(z, out.data + z * out.shape.plane()); });
}

}  // namespace

Spectrum analyse(VolumeView map, const UnitCell& cell, double d_min) {
  Spectrum spectrum(map.shape, cell, d_min);
  check_map(map.data, map.shape, spectrum.grid());
  HalfTransform half(spectrum);
  half.allocate();
  take_planes(map, half);
  half.transform_into(spectrum);
  return spectrum;
}

void filter_map(MutableVolumeView map, const UnitCell& cell, double d_min,
                const RadialCurve& factor) {
  const Spectrum kept(map.shape, cell, d_min, Spectrum::WithoutTerms());
  check_map(map.data, map.shape, kept.grid());
  HalfTransform half(kept);
  half.allocate();
  take_planes({map.data, map.shape}, half);
  half.filter(kept, factor);
  parallel_pieces(map.shape.nz, [&] {
    return [&, columns = Buffer()](std::size_t z) mutable {
      half.plane_to(z, columns, map.data + z * map.shape.plane());
    };
  });
}

Synthesis::Synthesis(const Spectrum& spectrum, Mean mean)
    : grid_(spectrum.grid()), half_(std::make_unique<HalfTransform>(spectrum)) {
  half_->fill(spectrum, nullptr, mean);
}

Synthesis::Synthesis(const Spectrum& spectrum, const RadialCurve& factor, Mean mean)
    : grid_(spectrum.grid()), half_(std::make_unique<HalfTransform>(spectrum)) {
  refill(spectrum, factor, mean);
}

Synthesis::~Synthesis() = default;

void Synthesis::refill(const Spectrum& spectrum, const RadialCurve& factor, Mean mean) {
  half_->fill(spectrum, &factor, mean);
}

const float* Synthesis::plane(std::size_t z, float* scratch) const {
  thread_local Buffer columns;
  half_->plane_to(z, columns, scratch);
  return scratch;
}

std::size_t synthesis_bytes(Shape grid, const UnitCell& cell, double d_min, int threads) {
  const HalfTransform half(Spectrum(grid, cell, d_min, Spectrum::WithoutTerms()));
  return half.bytes() + static_cast<std::size_t>(threads) * half.bytes_of_thread();
}

void synthesise(const Spectrum& spectrum, MutableVolumeView out) {
  check_map(out.data, out.shape, spectrum.grid());
  write_planes(Synthesis(spectrum), out);
}

void synthesise(const Spectrum& spectrum, const RadialCurve& factor, MutableVolumeView out) {
  check_map(out.data, out.shape, spectrum.grid());
  write_planes(Synthesis(spectrum, factor), out);
}

}  // namespace sharpem
