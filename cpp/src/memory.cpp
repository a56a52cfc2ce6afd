#include "sharpem/memory.hpp"

#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sharpem {
namespace {

constexpr std::size_t large_page = std::size_t{1} << 21;

bool is_large(std::size_t bytes) { return bytes >= 4 * large_page; }

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{is_large(bytes) ? large_page : 64};
}

}  // namespace

void* allocate_pages(std::size_t bytes) {
  void* memory = ::operator new(bytes, alignment(bytes));
#if defined(__linux__)
  if (is_large(bytes)) madvise(memory, bytes, MADV_HUGEPAGE);  // only a hint
#endif
  return memory;
}

void free_pages(void* memory, std::size_t bytes) noexcept {
  ::operator delete(memory, alignment(bytes));
}

}  // namespace sharpem
