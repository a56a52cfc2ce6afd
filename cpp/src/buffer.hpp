// Scratch memory.
#pragma once

#include <memory>
#include <new>
#include <vector>

namespace sharpem {

/// Aligned to cache lines; new elements stay unset, so that memory is first touched by the thread
/// that fills it.
template <class T>
struct Unset : std::allocator<T> {
  static constexpr std::align_val_t alignment{64};
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t /*n*/) { ::operator delete(p, alignment); }
  template <class U>
  void construct(U* /*element*/) noexcept {}
};

using Buffer = std::vector<float, Unset<float>>;

}  // namespace sharpem
