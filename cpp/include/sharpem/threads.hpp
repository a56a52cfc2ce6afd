// How many threads the library may use. Results are the same, bit for bit, for any number.
#pragma once

namespace sharpem {

/// Limit for calls that start after this one; 0 restores the default (OMP_NUM_THREADS, or all
/// cores that the process may use). Throws std::invalid_argument if negative.
void set_threads(int limit);

/// The number of threads the next call will use.
int threads();

}  // namespace sharpem
