#include "sharpem/threads.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

#include "parallel.hpp"

namespace sharpem {
namespace {

thread_local int thread_limit = 0;

// OpenMP's threads do not live on in a forked child, whose first parallel region would wait for
// them for ever. A child forked after they had been started therefore works with one thread.
std::atomic<bool> started_threads{false};
std::atomic<bool> lost_threads{false};

#if defined(__unix__) || defined(__APPLE__)
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] {
  if (started_threads) lost_threads = true;
});
#endif

}  // namespace

int set_threads(int limit) {
  if (limit < 0) {
    throw std::invalid_argument("number of threads must be 0 (default) or more, not " +
                                std::to_string(limit));
  }
  const int before = thread_limit;
  thread_limit = limit;
  return before;
}

int thread_count() {
  if (!has_threads || lost_threads) return 1;
  return thread_limit > 0 ? thread_limit : default_threads();
}

int team_size(std::size_t pieces) {
  const auto most = static_cast<std::size_t>(inside_parallel_loop() ? 1 : thread_count());
  const int team = static_cast<int>(std::min(pieces, most));
  if (team > 1) started_threads = true;
  return team;
}

}  // namespace sharpem
