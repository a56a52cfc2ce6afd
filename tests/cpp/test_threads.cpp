#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "parallel.hpp"
#include "sharpem/threads.hpp"

namespace sharpem {

TEST_CASE("a limit is kept and 0 restores the default") {
  set_threads(0);
  const int standard = thread_count();
  CHECK(standard >= 1);
  set_threads(3);
  CHECK(thread_count() == (has_threads ? 3 : 1));
  set_threads(0);
  CHECK(thread_count() == standard);
  CHECK_THROWS_AS(set_threads(-1), std::invalid_argument);
  CHECK(thread_count() == standard);
}

TEST_CASE("a limit is that of its thread, and the one from before is returned") {
  CHECK(set_threads(3) == 0);
  int elsewhere = -1, before = -1;
  std::thread other([&] {
    before = set_threads(2);
    elsewhere = thread_count();
  });
  other.join();
  CHECK(before == 0);
  CHECK(elsewhere == (has_threads ? 2 : 1));
  CHECK(thread_count() == (has_threads ? 3 : 1));
  CHECK(set_threads(0) == 3);
}

#if defined(__unix__) || defined(__APPLE__)
TEST_CASE("a child forked after threads were used computes with one, and does not wait for ever") {
  set_threads(3);
  const auto sum = [] {
    std::atomic<std::size_t> found{0};
    parallel_for(1000, [&](std::size_t i) { found += i; });
    return found == 499500;
  };
  REQUIRE(sum());
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(sum() && thread_count() == 1 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(sum());
  set_threads(0);
}
#endif

TEST_CASE("each piece is done once, by a body of its own thread") {
  for (const int limit : {1, 2, 3, 4}) {
    set_threads(limit);
    std::vector<int> done(1000, 0);
    std::atomic<int> bodies{0};
    parallel_pieces(done.size(), [&] {
      ++bodies;
      return [&](std::size_t i) { ++done[i]; };
    });
    CHECK(done == std::vector<int>(1000, 1));
    CHECK(bodies >= 1);
    CHECK(bodies <= limit);
  }
  set_threads(0);
}

TEST_CASE("no pieces, no body") {
  int bodies = 0;
  parallel_pieces(0, [&] {
    ++bodies;
    return [](std::size_t) {};
  });
  CHECK(bodies == 0);
}

TEST_CASE("an exception reaches the caller, from a piece or from the making of a body") {
  for (const int limit : {1, 4}) {
    set_threads(limit);
    CHECK_THROWS_WITH_AS(parallel_for(100,
                                      [](std::size_t i) {
                                        if (i == 37) throw std::runtime_error("piece 37");
                                      }),
                         "piece 37", std::runtime_error);
    std::atomic<int> bodies{0};
    const auto first_fails = [&] {
      if (++bodies == 1) throw std::runtime_error("no memory");
      return [](std::size_t) {};
    };
    CHECK_THROWS_WITH_AS(parallel_pieces(100, first_fails), "no memory", std::runtime_error);
  }
  set_threads(0);
}

TEST_CASE("inside a loop, and beside another, a loop runs in its own thread") {
  set_threads(3);
  std::vector<int> done(2500, 0);
  const auto loop = [&](std::size_t i) {
    const auto thread = std::this_thread::get_id();
    parallel_for(50, [&, thread](std::size_t j) {
      done[50 * i + j] += std::this_thread::get_id() == thread ? 1 : 100;
    });
  };
  parallel_for(50, loop);
  CHECK(done == std::vector<int>(done.size(), 1));
  std::atomic<std::size_t> sum{0};
  const auto add = [&] { parallel_for(1000, [&](std::size_t i) { sum += i; }); };
  std::thread first(add), second(add), third(add);
  first.join();
  second.join();
  third.join();
  CHECK(sum == 1498500);
  set_threads(0);
}

}  // namespace sharpem
