#include "sharpem/cpu.hpp"

#include <atomic>
#include <cstdlib>

#include "check.hpp"
#include "kernels/kernels.hpp"

namespace sharpem {

// Each defined by the files of kernels/ compiled for that set.
#define SHARPEM_DECLARE_KERNELS(isa)                                             \
  namespace fft {                                                                \
  extern const Kernels kernels_##isa;                                            \
  }                                                                              \
  namespace voxels {                                                             \
  extern const Kernels kernels_##isa;                                            \
  }                                                                              \
  namespace {                                                                    \
  constexpr Kernels of_##isa{#isa, &fft::kernels_##isa, &voxels::kernels_##isa}; \
  }

SHARPEM_DECLARE_KERNELS(baseline)
#ifdef SHARPEM_X86_LEVELS
SHARPEM_DECLARE_KERNELS(v3)
SHARPEM_DECLARE_KERNELS(v4)
#endif
#undef SHARPEM_DECLARE_KERNELS

namespace {

using Tables = std::vector<const Kernels*>;

Tables supported() {
  Tables tables{&of_baseline};
#ifdef SHARPEM_X86_LEVELS
  const auto has = [](auto... supports) { return (supports && ...); };
  __builtin_cpu_init();
  if (!has(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"),
           __builtin_cpu_supports("bmi"), __builtin_cpu_supports("bmi2"))) {
    return tables;
  }
  tables.push_back(&of_v3);
  if (has(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"),
          __builtin_cpu_supports("avx512cd"), __builtin_cpu_supports("avx512dq"),
          __builtin_cpu_supports("avx512vl"))) {
    tables.push_back(&of_v4);
  }
#endif
  return tables;
}

const Kernels* named(const std::string& name, const char* who) {
  std::string known;
  for (const Kernels* table : supported()) {
    if (name == table->name) return table;
    known += std::string(known.empty() ? "" : ", ") + table->name;
  }
  refuse(who, " '", name, "': expected one of ", known, " (what this processor supports)");
}

const Kernels* standard() {
  const char* wanted = std::getenv("SHARPEM_CPU");  // NOLINT(concurrency-mt-unsafe)
  if (wanted == nullptr || *wanted == '\0') return supported().back();
  return named(wanted, "environment variable SHARPEM_CPU");
}

std::atomic<const Kernels*> in_use{nullptr};

}  // namespace

const Kernels& kernels() {
  if (in_use == nullptr) in_use = standard();
  return *in_use;
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const Kernels* table : supported()) names.emplace_back(table->name);
  return names;
}

std::string instruction_set() { return kernels().name; }

void set_instruction_set(const std::string& name) {
  in_use = name.empty() ? standard() : named(name, "instruction set");
}

}  // namespace sharpem
