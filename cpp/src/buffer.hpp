// Scratch memory.
#pragma once

#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sharpem {

/// New elements stay unset, so that memory is first touched by the thread that fills it. Aligned to
/// cache lines; what is large to pages that are large, of which Linux sets up 512 ordinary ones at
/// a time.
template <class T>
struct Unset : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = Unset<U>;
  };
  T* allocate(std::size_t n) {
    void* memory = ::operator new(n * sizeof(T), alignment(n));
#if defined(__linux__)
    if (is_large(n)) madvise(memory, n * sizeof(T), MADV_HUGEPAGE);  // only a hint
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) { ::operator delete(memory, alignment(n)); }
  template <class U>
  void construct(U* /*element*/) noexcept {}

 private:
  static constexpr std::size_t large_page = std::size_t{1} << 21;
  static bool is_large(std::size_t n) { return n * sizeof(T) >= 4 * large_page; }
  static std::align_val_t alignment(std::size_t n) {
    return std::align_val_t{is_large(n) ? large_page : 64};
  }
};

using Buffer = std::vector<float, Unset<float>>;

}  // namespace sharpem
