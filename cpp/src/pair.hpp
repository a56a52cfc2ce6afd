// Two doubles worked on at once. Sums kept in pairs vectorise; the compiler may not reorder a sum
// by itself. The results are the same with and without vector instructions.
#pragma once

namespace sharpem {

#if defined(__GNUC__)

using Pair = double __attribute__((vector_size(16)));

#else

struct Pair {
  double v[2];

  double operator[](int i) const { return v[i]; }
  friend Pair operator-(Pair a, Pair b) { return {a.v[0] - b.v[0], a.v[1] - b.v[1]}; }
  friend Pair operator*(Pair a, Pair b) { return {a.v[0] * b.v[0], a.v[1] * b.v[1]}; }
  Pair& operator+=(Pair b) {
    v[0] += b.v[0];
    v[1] += b.v[1];
    return *this;
  }
};

#endif

}  // namespace sharpem
