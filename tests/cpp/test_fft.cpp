#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "half_transform.hpp"
#include "kernels/kernels.hpp"
#include "random_maps.hpp"
#include "sharpem/cpu.hpp"
#include "spectral.hpp"

using namespace sharpem;
using testing::pi;
using testing::Random;

namespace {

using Number = std::complex<double>;

Buffer random_numbers(std::size_t n) {
  Random random(7);
  Buffer numbers(n);
  for (float& number : numbers) number = random() - 0.5F;
  return numbers;
}

Number turn(std::size_t product, std::size_t n) {
  return std::polar(1.0, 2 * pi * static_cast<double>(product % n) / static_cast<double>(n));
}

/// Element i of one lane of a column.
Number element(const Buffer& column, std::size_t lanes, std::size_t i, std::size_t lane) {
  return {column[2 * lanes * i + lane], column[2 * lanes * i + lanes + lane]};
}

template <class Check>
void for_instruction_sets(const Check& check) {
  for (const std::string& name : instruction_sets()) {
    CAPTURE(name);
    set_instruction_set(name);
    check(*kernels().fft);
  }
  set_instruction_set("");
}

}  // namespace

TEST_CASE("columns: every length agrees with the sum that defines it, in every lane") {
  for_instruction_sets([](const fft::Kernels& kernels) {
    for (const std::size_t n : {1U, 2U, 7U, 12U, 31U, 32U, 53U, 59U, 67U, 241U}) {
      CAPTURE(n);
      const LinePlan plan(kernels, n, false);
      for (const auto direction : {fft::Direction::forward, fft::Direction::backward}) {
        const Buffer in = random_numbers(2 * kernels.lanes * n);
        Buffer out = in;
        kernels.transform(*plan, out.data(), direction);
        for (std::size_t h = 0; h < n; ++h) {
          for (std::size_t lane = 0; lane < kernels.lanes; ++lane) {
            Number sum = 0;
            for (std::size_t x = 0; x < n; ++x) {
              const Number phase = turn(h * x, n);
              sum += element(in, kernels.lanes, x, lane) *
                     (direction == fft::Direction::forward ? std::conj(phase) : phase);
            }
            REQUIRE(std::abs(sum - element(out, kernels.lanes, h, lane)) < 1e-5);
          }
        }
      }
    }
  });
}

TEST_CASE("real rows: their terms, and back again the rows times their length") {
  for_instruction_sets([](const fft::Kernels& kernels) {
    for (const std::size_t n : {1U, 2U, 6U, 9U, 16U, 23U, 40U, 53U, 59U, 241U}) {
      CAPTURE(n);
      const std::size_t rows = 19;
      const LinePlan plan(kernels, n, true);
      const fft::Plane plane{rows, n, n / 2 / kernels.lanes + 1, 2 * kernels.lanes * 32};
      const Buffer in = random_numbers(rows * n);
      Buffer columns(plane.groups * plane.stride), back(rows * n);
      kernels.real_rows(*plan, in.data(), plane, columns.data(), 1 / static_cast<float>(n));
      kernels.real_rows_back(*plan, columns.data(), plane, back.data());
      for (std::size_t y = 0; y < rows; ++y) {
        for (std::size_t h = 0; h <= n / 2; ++h) {
          Number sum = 0;
          for (std::size_t x = 0; x < n; ++x) {
            sum += static_cast<double>(in[y * n + x]) * std::conj(turn(h * x, n));
          }
          const float* group = columns.data() + h / kernels.lanes * plane.stride;
          const Buffer column(group, group + plane.stride);
          const Number found = element(column, kernels.lanes, y, h % kernels.lanes);
          REQUIRE(std::abs(sum / static_cast<double>(n) - found) < 1e-6);
        }
      }
      for (std::size_t i = 0; i < in.size(); ++i) REQUIRE(std::abs(back[i] - in[i]) < 1e-6F);
    }
  });
}

TEST_CASE("terms are loaded times the curve, and stored up to the limit") {
  for_instruction_sets([](const fft::Kernels& kernels) {
    const std::size_t count = kernels.lanes > 1 ? kernels.lanes - 1 : 1;
    const RadialCurve factor([](double s) { return 2 - s * s; }, 1);
    const fft::Curve curve{factor.table().data(), factor.per_s_squared(),
                           static_cast<double>(factor.table().size() - 2)};
    const RowPolynomial s_squared{{0.01, -0.02, 0.3}};
    Buffer terms = random_numbers(2 * count), lanes(2 * kernels.lanes), back(2 * count);
    kernels.load(terms.data(), count, 3, s_squared, &curve, lanes.data());
    for (std::size_t i = 0; i < count; ++i) {
      const float scale = factor(s_squared(3 + static_cast<int>(i)));
      CHECK(lanes[i] == terms[2 * i] * scale);
      CHECK(lanes[kernels.lanes + i] == terms[2 * i + 1] * scale);
    }
    for (std::size_t i = count; i < kernels.lanes; ++i) CHECK(lanes[i] == 0);

    kernels.load(terms.data(), count, 3, s_squared, nullptr, lanes.data());
    const double limit = s_squared(4);
    kernels.store(lanes.data(), count, 3, s_squared, limit, back.data());
    for (std::size_t i = 0; i < count; ++i) {
      const bool kept = s_squared(3 + static_cast<int>(i)) <= limit;
      CHECK(back[2 * i] == (kept ? terms[2 * i] : 0));
      CHECK(back[2 * i + 1] == (kept ? terms[2 * i + 1] : 0));
    }
  });
}
