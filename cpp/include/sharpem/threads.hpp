// How many threads the library may use. Results are the same, bit for bit, for any number.
//
// They are OpenMP's. How they wait for work is settled when OpenMP's library is loaded: programs
// for machines that have other things to do should run with OMP_WAIT_POLICY=passive, as the Python
// package does by itself; otherwise threads spin, which may cost more CPU time than the work.
#pragma once

namespace sharpem {

/// Limit for calls of this thread that start after this one; 0 is the default (OMP_NUM_THREADS, or
/// all cores). Other threads keep their own limits. Returns the limit from before. Throws
/// std::invalid_argument if negative.
int set_threads(int limit);

/// The number of threads that the next call of this thread will use. It is 1 in a process that was
/// forked after the library had started threads: they do not live on in a child.
int thread_count();

}  // namespace sharpem
