// How many threads the library may use. Results are the same, bit for bit, for any number.
//
// They are OpenMP's. How they wait for work is settled when OpenMP's library is loaded: programs
// for machines that have other things to do should run with OMP_WAIT_POLICY=passive, as the Python
// package does by itself; otherwise threads spin, which may cost more CPU time than the work.
#pragma once

namespace sharpem {

/// Limit for calls that start after this one; 0 restores the default (OMP_NUM_THREADS, or all
/// cores). Throws std::invalid_argument if negative.
void set_threads(int limit);

/// The number of threads the next call will use.
int thread_count();

}  // namespace sharpem
