// Memory for large arrays.
#pragma once

#include <cstddef>
#include <memory>

namespace sharpem {

/// Aligned to cache lines; what is large to pages that are large, of which Linux sets up 512
/// ordinary ones at a time.
void* allocate_pages(std::size_t bytes);
void free_pages(void* memory, std::size_t bytes) noexcept;

/// For a std::vector in such memory.
template <class T>
struct LargePages : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = LargePages<U>;
  };
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_pages(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) noexcept { free_pages(memory, n * sizeof(T)); }
};

}  // namespace sharpem
