// Loops over independent pieces of work: the only place that knows OpenMP.
//
// Pieces are numbered 0 .. n - 1; which thread takes which piece must not influence the result.
// Sums are formed per piece and added in the order of the pieces, so that they are the same for any
// number of threads.
//
// With SHARPEM_STD_THREADS the threads are those of the standard library, started anew for each
// loop: slower, but the thread sanitizer sees what they do, which it cannot within OpenMP's
// library.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>

#if defined(SHARPEM_STD_THREADS)
#include <thread>
#include <vector>
#elif defined(_OPENMP)
#include <omp.h>
#endif

#include "sharpem/threads.hpp"

namespace sharpem {

#if defined(SHARPEM_STD_THREADS)
inline constexpr bool has_threads = true;
inline thread_local bool in_team = false;

inline int default_threads() { return 4; }
inline bool inside_parallel_loop() { return in_team; }

/// Runs `work` in so many threads, of which this is one.
template <class Work>
void run_team(int team, const Work& work) {
  const auto member = [&work] {
    in_team = true;
    work();
    in_team = false;
  };
  if (team == 1) return work();
  std::vector<std::thread> others;
  for (int i = 1; i < team; ++i) others.emplace_back(member);
  member();
  for (std::thread& other : others) other.join();
}
#elif defined(_OPENMP)
inline constexpr bool has_threads = true;

/// What OpenMP would use: OMP_NUM_THREADS, or all cores.
inline int default_threads() { return omp_get_max_threads(); }

/// Whether this thread is one of a loop that runs in parallel.
inline bool inside_parallel_loop() { return omp_in_parallel() != 0; }

/// Runs `work` in so many threads, of which this is one.
template <class Work>
void run_team(int team, const Work& work) {
#pragma omp parallel num_threads(team) if (team > 1)
  work();
}
#else
inline constexpr bool has_threads = false;

inline int default_threads() { return 1; }
inline bool inside_parallel_loop() { return false; }

template <class Work>
void run_team(int /*team*/, const Work& work) {
  work();
}
#endif

/// How many threads a loop over so many pieces takes; of more than one it takes note, for a child
/// that is forked later.
int team_size(std::size_t pieces);

/// The first exception of several threads: none may leave its thread.
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
  std::atomic<std::size_t> next{0};
  run_team(team_size(n), [&] {
    std::optional<decltype(make_body())> body;
    failure.guard([&] { body.emplace(make_body()); });
    for (std::size_t i = next++; i < n; i = next++) failure.guard([&] { (*body)(i); });
  });
  failure.rethrow();
}

/// The same where no scratch memory is needed.
template <class Body>
void parallel_for(std::size_t n, const Body& body) {
  parallel_pieces(n, [&body] { return [&body](std::size_t i) { body(i); }; });
}

}  // namespace sharpem
