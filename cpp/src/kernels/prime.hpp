// Transforms whose length is a prime p: a cyclic convolution of length p - 1 (Rader 1968), where
// pocketfft takes two complex transforms of more than 2 p. Part of fft.cpp, and in an unnamed
// namespace as all of it (kernels.hpp).
//
// Real lines are transformed as H(k) = sum_j x(j) cas(2 pi j k / p), cas = cos + sin (Hartley):
// real in, real out, and its own inverse. With a generator g of the numbers 1 .. p - 1 modulo p
//
//   H(g^-m) = x(0) + sum_q x(g^q) b(m - q),   b(r) = cas(2 pi g^-r / p),
//
// which takes two real transforms of p - 1. As g^((p - 1) / 2) = -1, H(k) and H(p - k), which hold
// the cosine and the sine terms of k, come half a period apart.
#pragma once

#include <cmath>
#include <cstddef>

#include "lanes.hpp"

namespace sharpem::fft {
namespace {

template <class T>
using Array = one_dimension::arr<T>;  // unlike a std::vector, of this instruction set alone

bool is_prime(size_t n) {
  for (size_t i = 2; i * i <= n; ++i) {
    if (n % i == 0) return false;
  }
  return n > 1;
}

/// The smallest number whose powers are all of 1 .. p - 1 modulo p.
size_t generator(size_t p) {
  for (size_t g = 2;; ++g) {
    size_t order = 1;
    for (size_t power = g; power > 1; power = power * g % p) ++order;
    if (order == p - 1) return g;
  }
}

class PrimePlan {
 public:
  /// Whether it is faster than what pocketfft would do, by pocketfft's own guess of the costs: it
  /// is where p - 1 has small factors only.
  static bool pays(size_t n) {
    using one_dimension::util;
    if (n < 50 || !is_prime(n)) return false;
    const double direct = util::cost_guess(n);
    const double padded = 2 * util::cost_guess(util::good_size_cmplx(2 * n - 1));
    return 2 * util::cost_guess(n - 1) < (direct < padded ? direct : padded);
  }

  explicit PrimePlan(size_t p)
      : half_((p - 1) / 2), convolution_(p - 1), kernel_(p - 1), in_(half_), out_(half_) {
    const size_t g = generator(p);
    Array<size_t> powers(p - 1);
    for (size_t q = 0, power = 1; q < p - 1; ++q, power = power * g % p) powers[q] = power;
    for (size_t q = 0; q < half_; ++q) {
      in_[q] = place(powers[q], p);
      out_[q] = place(powers[(p - 1 - q) % (p - 1)], p);
    }
    find_kernel(powers, p);
  }

  /// As the transforms of pocketfft.
  void exec(Element* column, bool forward) const {
    Array<Lanes> real(2 * half_), imaginary(2 * half_);
    for (size_t q = 0; q < half_; ++q) {
      const auto [k, minus_k] = both(in_[q]);
      real[q] = column[k].r;
      real[q + half_] = column[minus_k].r;
      imaginary[q] = column[k].i;
      imaginary[q + half_] = column[minus_k].i;
    }
    column[0].r = convolve(column[0].r, real.data());
    column[0].i = convolve(column[0].i, imaginary.data());
    for (size_t m = 0; m < half_; ++m) {
      const auto [k, minus_k] = forward ? both(out_[m]) : swapped(both(out_[m]));
      const Lanes r_cos = (real[m] + real[m + half_]) * 0.5F;
      const Lanes r_sin = (real[m] - real[m + half_]) * 0.5F;
      const Lanes i_cos = (imaginary[m] + imaginary[m + half_]) * 0.5F;
      const Lanes i_sin = (imaginary[m] - imaginary[m + half_]) * 0.5F;
      column[k].Set(r_cos + i_sin, i_cos - r_sin);
      column[minus_k].Set(r_cos - i_sin, i_cos + r_sin);
    }
  }

  /// The terms of a line are r0 r1 i1 r2 i2 ...
  void exec(Lanes* line, float scale, bool forward) const {
    Array<Lanes> work(2 * half_);
    if (forward) {
      for (size_t q = 0; q < half_; ++q) {
        const auto [k, minus_k] = both(in_[q]);
        work[q] = line[k];
        work[q + half_] = line[minus_k];
      }
      line[0] = convolve(line[0], work.data()) * scale;
      for (size_t m = 0; m < half_; ++m) {
        const Place& k = out_[m];
        line[2 * k.index - 1] = (work[m] + work[m + half_]) * (0.5F * scale);
        line[2 * k.index] = (work[m + half_] - work[m]) * (0.5F * scale * k.sign);
      }
    } else {
      for (size_t q = 0; q < half_; ++q) {
        const Place& k = in_[q];
        const Lanes real = line[2 * k.index - 1], imaginary = line[2 * k.index] * k.sign;
        work[q] = real - imaginary;
        work[q + half_] = real + imaginary;
      }
      line[0] = convolve(line[0], work.data()) * scale;
      for (size_t m = 0; m < half_; ++m) {
        const auto [k, minus_k] = both(out_[m]);
        line[k] = work[m] * scale;
        line[minus_k] = work[m + half_] * scale;
      }
    }
  }

 private:
  /// The number k, as min(k, p - k) and a sign: -1 for those above p / 2.
  struct Place {
    size_t index = 0;
    float sign = 1;
  };
  static Place place(size_t k, size_t p) {
    return 2 * k < p ? Place{k, 1.0F} : Place{p - k, -1.0F};
  }
  struct Pair {
    size_t k, minus_k;
  };
  Pair both(const Place& k) const {
    const Pair pair{k.index, 2 * half_ + 1 - k.index};
    return k.sign > 0 ? pair : swapped(pair);
  }
  static Pair swapped(Pair pair) { return {pair.minus_k, pair.k}; }

  /// The terms of b, over its length; by the sums that define them, in double.
  void find_kernel(const Array<size_t>& powers, size_t p) {
    const size_t n = p - 1;
    const auto angle = [](size_t part, size_t of) {
      return 2 * 3.14159265358979323846 * static_cast<double>(part) / static_cast<double>(of);
    };
    Array<double> b(n), cosine(n), sine(n);
    for (size_t r = 0; r < n; ++r) {
      const double phase = angle(powers[(n - r) % n], p);
      b[r] = (std::cos(phase) + std::sin(phase)) / static_cast<double>(n);
      cosine[r] = std::cos(angle(r, n));
      sine[r] = std::sin(angle(r, n));
    }
    for (size_t k = 0; k <= half_; ++k) {
      double real = 0, imaginary = 0;
      for (size_t r = 0, at = 0; r < n; ++r, at = (at + k) % n) {
        real += b[r] * cosine[at];
        imaginary -= b[r] * sine[at];
      }
      kernel_[k == 0 ? 0 : 2 * k - 1] = static_cast<float>(real);
      if (k > 0 && k < half_) kernel_[2 * k] = static_cast<float>(imaginary);
    }
  }

  /// Replaces x(g^q) by H(g^-m); x(0) is `first`, H(0) is returned.
  Lanes convolve(Lanes first, Lanes* line) const {
    const size_t n = 2 * half_;
    convolution_.exec(line, 1.0F, true);
    const Lanes sum = first + line[0];
    line[0] = line[0] * kernel_[0] + first;
    for (size_t i = 1; i + 1 < n; i += 2) {
      const Lanes real = line[i], imaginary = line[i + 1];
      line[i] = real * kernel_[i] - imaginary * kernel_[i + 1];
      line[i + 1] = real * kernel_[i + 1] + imaginary * kernel_[i];
    }
    line[n - 1] *= kernel_[n - 1];
    convolution_.exec(line, 1.0F, false);
    return sum;
  }

  size_t half_;
  one_dimension::pocketfft_r<float> convolution_;
  Array<float> kernel_;    // terms as of a line
  Array<Place> in_, out_;  // g^q and g^-m; those of the second half are p minus these
};

}  // namespace
}  // namespace sharpem::fft
