// Loops over independent pieces of work: the only place that knows OpenMP.
//
// Pieces are numbered 0 .. n - 1; which thread takes which piece must not influence the result.
// Sums are formed per piece and added in the order of the pieces, so that they are the same for any
// number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "sharpem/threads.hpp"

namespace sharpem {

/// What OpenMP would use: OMP_NUM_THREADS, or all cores; 1 without OpenMP.
inline int default_threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// Whether this thread is one of a loop that runs in parallel.
inline bool inside_parallel_loop() {
#ifdef _OPENMP
  return omp_in_parallel() != 0;
#else
  return false;
#endif
}

/// How many threads a loop over so many pieces takes; of more than one it takes note, for a child
/// that is forked later.
int team_size(std::size_t pieces);

/// The first exception of several threads: none may leave an OpenMP loop.
class Failure {
 public:
  /// Runs `work` unless something has failed already.
  template <class Work>
  void guard(const Work& work) {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!first_) first_ = std::current_exception();
      failed_ = true;
    }
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr first_;
};

/// make_body() is called once in each thread and returns the body (with its scratch memory), which
/// is then called with the numbers of the pieces. The first exception is rethrown in the caller.
template <class MakeBody>
void parallel_pieces(std::size_t n, const MakeBody& make_body) {
  if (n == 0) return;
  Failure failure;
  [[maybe_unused]] const int team = team_size(n);
#ifdef _OPENMP
#pragma omp parallel num_threads(team) if (team > 1)
#endif
  {
    // Every thread must reach the loop, also one whose make_body() threw: its pieces are skipped.
    std::optional<decltype(make_body())> body;
    failure.guard([&] { body.emplace(make_body()); });
#ifdef _OPENMP
#pragma omp for schedule(dynamic, 1) nowait
#endif
    for (std::size_t i = 0; i < n; ++i) failure.guard([&] { (*body)(i); });
  }
  failure.rethrow();
}

/// The same where no scratch memory is needed.
template <class Body>
void parallel_for(std::size_t n, const Body& body) {
  parallel_pieces(n, [&body] { return [&body](std::size_t i) { body(i); }; });
}

}  // namespace sharpem
