// Scratch memory.
#pragma once

#include <vector>

#include "sharpem/memory.hpp"

namespace sharpem {

/// New elements stay unset, so that memory is first touched by the thread that fills it.
template <class T>
struct Unset : LargePages<T> {
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  template <class U>
  void construct(U* /*element*/) noexcept {}
};

using Buffer = std::vector<float, Unset<float>>;

}  // namespace sharpem
