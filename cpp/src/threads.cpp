#include "sharpem/threads.hpp"

#include <atomic>
#include <stdexcept>
#include <string>

#include "parallel.hpp"

namespace sharpem {
namespace {

std::atomic<int> thread_limit{0};

}  // namespace

void set_threads(int limit) {
  if (limit < 0) {
    throw std::invalid_argument("number of threads must be 0 (default) or more, not " +
                                std::to_string(limit));
  }
  thread_limit = limit;
}

int thread_count() {
#ifdef _OPENMP
  const int limit = thread_limit;
  return limit > 0 ? limit : default_threads();
#else
  return 1;
#endif
}

}  // namespace sharpem
