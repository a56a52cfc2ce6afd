#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "parallel.hpp"
#include "sharpem/threads.hpp"

namespace sharpem {

TEST_CASE("a limit is kept and 0 restores the default") {
  set_threads(0);
  const int standard = threads();
  CHECK(standard >= 1);
  set_threads(3);
#ifdef _OPENMP
  CHECK(threads() == 3);
#else
  CHECK(threads() == 1);
#endif
  set_threads(0);
  CHECK(threads() == standard);
  CHECK_THROWS_AS(set_threads(-1), std::invalid_argument);
  CHECK(threads() == standard);
}

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

}  // namespace sharpem
