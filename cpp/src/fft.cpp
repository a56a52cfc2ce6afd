#include "fft.hpp"

// Plans are kept, because the same few lengths come again for every plane; threads are ours.
#define POCKETFFT_CACHE_SIZE 16
#define POCKETFFT_NO_MULTITHREADING
#include <pocketfft_hdronly.h>

#include <mutex>

namespace sharpem::fft {
namespace {

pocketfft::stride_t strides(std::size_t row, std::size_t element) {
  return {static_cast<std::ptrdiff_t>(row * element), static_cast<std::ptrdiff_t>(element)};
}

}  // namespace

void columns(Complex* block, std::size_t n, std::size_t lanes, std::size_t stride,
             Direction direction) {
  const auto layout = strides(stride, sizeof(Complex));
  pocketfft::c2c({n, lanes}, layout, layout, {0}, direction == Direction::forward, block, block,
                 1.0F);
}

void real_rows(const float* in, std::size_t rows, std::size_t n, Complex* out, std::size_t stride,
               float scale) {
  pocketfft::r2c({rows, n}, strides(n, sizeof(float)), strides(stride, sizeof(Complex)), 1,
                 pocketfft::FORWARD, in, out, scale);
}

void real_rows_back(const Complex* in, std::size_t rows, std::size_t stride, float* out,
                    std::size_t n) {
  pocketfft::c2r({rows, n}, strides(stride, sizeof(Complex)), strides(n, sizeof(float)), 1,
                 pocketfft::BACKWARD, in, out, 1.0F);
}

}  // namespace sharpem::fft
