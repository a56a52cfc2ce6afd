// Loops over independent pieces of work: the only place that knows threads.
//
// Pieces are numbered 0 .. n - 1; which thread takes which piece must not influence the result.
// Sums are formed per piece and added in the order of the pieces, so that they are the same for any
// number of threads.
//
// The threads are our own and sleep between the loops. OpenMP's spin there, which on a busy machine
// costs more CPU time than the work itself. A loop never waits for a thread that has not begun, so
// a machine with something else to do delays nothing; and it may be called after a fork, too.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

#include "sharpem/threads.hpp"

namespace sharpem {

/// OMP_NUM_THREADS as it was at the first call, or the number of cores this process may use.
int default_threads();

/// Calls work() in at most `team` threads at once, the caller's among them; returns when every call
/// has. `work` must not throw, and what one call leaves undone the others have to do: inside
/// another team, or beside one, the caller is alone.
void run_team(int team, const std::function<void()>& work);

/// The first exception of several threads: none may leave its thread.
class Failure {
 public:
  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  void keep(std::exception_ptr exception) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!first_) first_ = std::move(exception);
    failed_ = true;
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
  Failure failure;
  std::atomic<std::size_t> next{0};
  const std::size_t team = std::min(n, static_cast<std::size_t>(threads()));
  run_team(static_cast<int>(team), [&] {
    if (next >= n || failure.failed()) return;
    try {
      auto body = make_body();
      for (std::size_t i = next++; i < n && !failure.failed(); i = next++) body(i);
    } catch (...) {
      failure.keep(std::current_exception());
    }
  });
  failure.rethrow();
}

/// The same where no scratch memory is needed.
template <class Body>
void parallel_for(std::size_t n, const Body& body) {
  parallel_pieces(n, [&body] { return [&body](std::size_t i) { body(i); }; });
}

}  // namespace sharpem
