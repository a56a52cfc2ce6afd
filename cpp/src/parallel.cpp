#include "parallel.hpp"

#include <condition_variable>
#include <cstdlib>
#include <system_error>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace sharpem {
namespace {

int available_cores() {
#if defined(__linux__)
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// The number that OMP_NUM_THREADS begins with (it may be a list, one for each level of nesting).
int requested_threads() {
  const char* text = std::getenv("OMP_NUM_THREADS");  // NOLINT(concurrency-mt-unsafe)
  const long number = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return number >= 1 && number <= 65536 ? static_cast<int>(number) : 0;
}

/// Threads that sleep until there is work, for one team at a time.
class Pool {
 public:
  void run(int team, const std::function<void()>& work) {
    if (team < 2 || !open(team - 1, work)) {
      work();
      return;
    }
    for (int i = 1; i < team; ++i) wake_.notify_one();
    work();
    close();
  }

 private:
  /// False while another team is at work.
  bool open(int helpers, const std::function<void()>& work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (work_ != nullptr) return false;
    for (; size_ < helpers; ++size_) {
      try {
        std::thread([this] { help(); }).detach();
      } catch (const std::system_error&) {
        break;  // the machine gives no more threads: fewer will do
      }
    }
    work_ = &work;
    places_ = helpers;
    return true;
  }

  /// Who has not begun need not: there is nothing left to do.
  void close() {
    std::unique_lock<std::mutex> lock(mutex_);
    places_ = 0;
    done_.wait(lock, [this] { return at_work_ == 0; });
    work_ = nullptr;
  }

  [[noreturn]] void help() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return places_ > 0; });
      --places_;
      ++at_work_;
      const std::function<void()>& work = *work_;
      lock.unlock();
      work();
      lock.lock();
      if (--at_work_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void()>* work_ = nullptr;
  int size_ = 0;     // threads that exist
  int places_ = 0;   // how many of them may still join in
  int at_work_ = 0;  // how many do
};

/// Never destroyed: its threads sleep on until the process ends. A forked child has none of them
/// and starts with a new one.
Pool* the_pool = nullptr;

Pool& pool() {
  static std::once_flag once;
  std::call_once(once, [] {
    the_pool = new Pool;
#if defined(__unix__) || defined(__APPLE__)
    pthread_atfork(nullptr, nullptr, [] { the_pool = new Pool; });
#endif
  });
  return *the_pool;
}

}  // namespace

int default_threads() {
  static const int number = requested_threads() > 0 ? requested_threads() : available_cores();
  return number;
}

void run_team(int team, const std::function<void()>& work) { pool().run(team, work); }

}  // namespace sharpem
