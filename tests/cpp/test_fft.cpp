#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "fft.hpp"
#include "spectral.hpp"

using namespace sharpem;
using fft::Complex;
using testing::pi;

namespace {

std::vector<Complex> random_block(std::size_t numbers) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<Complex> block(numbers);
  for (auto& term : block) term = {normal(random), normal(random)};
  return block;
}

std::complex<double> slow(const std::vector<Complex>& block, std::size_t n, std::size_t stride,
                          std::size_t lane, std::size_t h, double sign) {
  std::complex<double> sum = 0;
  for (std::size_t x = 0; x < n; ++x) {
    const double turns = static_cast<double>(h * x % n) / static_cast<double>(n);
    sum += std::complex<double>(block[x * stride + lane]) * std::polar(1.0, sign * 2 * pi * turns);
  }
  return sum;
}

}  // namespace

TEST_CASE("columns: every length agrees with the sum that defines it, gaps stay untouched") {
  for (const std::size_t n : {1U, 2U, 7U, 12U, 31U, 32U, 53U}) {
    for (const std::size_t lanes : {1U, 5U, 9U}) {
      CAPTURE(n);
      CAPTURE(lanes);
      const std::size_t stride = lanes + 2;
      for (const auto direction : {fft::Direction::forward, fft::Direction::backward}) {
        const auto in = random_block(n * stride);
        auto out = in;
        fft::columns(out.data(), n, lanes, stride, direction);
        const double sign = direction == fft::Direction::forward ? -1 : 1;
        double worst = 0;
        for (std::size_t h = 0; h < n; ++h) {
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto expected = slow(in, n, stride, lane, h, sign);
            const std::complex<double> found = out[h * stride + lane];
            worst = std::max(worst, std::abs(expected - found));
          }
          CHECK(out[h * stride + lanes] == in[h * stride + lanes]);
        }
        CHECK(worst < 2e-5);
      }
    }
  }
}

TEST_CASE("real rows: a cosine has one term; back again gives the row times its length") {
  for (const std::size_t n : {6U, 9U, 16U, 23U}) {
    CAPTURE(n);
    const std::size_t rows = 5, stride = n / 2 + 3;
    std::vector<float> map(rows * n), back(rows * n);
    for (std::size_t i = 0; i < map.size(); ++i) {
      const double turns = 2.0 * static_cast<double>(i % n) / static_cast<double>(n);
      const std::size_t row = i / n;
      map[i] = static_cast<float>(static_cast<double>(row) + 1 + 4 * std::cos(2 * pi * turns));
    }
    std::vector<Complex> terms(rows * stride);
    fft::real_rows(map.data(), rows, n, terms.data(), stride, 1 / static_cast<float>(n));
    for (std::size_t row = 0; row < rows; ++row) {
      CHECK(terms[row * stride].real() == doctest::Approx(static_cast<double>(row) + 1));
      CHECK(terms[row * stride + 2].real() == doctest::Approx(2));
      CHECK(std::abs(terms[row * stride + 1]) < 1e-5F);
    }
    fft::real_rows_back(terms.data(), rows, stride, back.data(), n);
    for (std::size_t i = 0; i < map.size(); ++i) CHECK(std::abs(back[i] - map[i]) < 1e-5F);
  }
}

TEST_CASE("spread rows are long enough and an odd number of cache lines") {
  for (std::size_t n = 1; n < 300; ++n) {
    CHECK(fft::spread(n) >= n);
    CHECK(fft::spread(n) < n + 16);
    CHECK(fft::spread(n) % 16 == 8);
  }
}
