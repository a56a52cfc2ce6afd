// How many threads the library may use. Results are the same, bit for bit, for any number.
#pragma once

namespace sharpem {

/// Limit for calls that start after this one; 0 restores the default (OMP_NUM_THREADS, or all
/// cores). Throws std::invalid_argument if negative.
void set_threads(int limit);

/// The number of threads the next call will use; 1 where the library was built without OpenMP.
int threads();

}  // namespace sharpem
