// How the core runs: threads and instruction sets.
#include "arrays.hpp"
#include "sharpem/cpu.hpp"
#include "sharpem/threads.hpp"

namespace {

using namespace sharpem;
using namespace sharpem::bindings;

constexpr const char* set_threads_doc = R"(Limit the threads of this Python thread's calls.

Parameters
----------
limit : int
    0 is the default: OMP_NUM_THREADS, or all cores. Results do not depend on it.

Returns
-------
int
    The limit from before.)";

constexpr const char* threads_doc = R"(Number of threads that the next call will use.

Returns
-------
int
    1 in a child that was forked after threads were used.)";

constexpr const char* instruction_sets_doc = R"(What was built and this processor supports.

Returns
-------
list of str
    "baseline" and, on x86-64, "v3" (AVX2) and "v4" (AVX-512); the best last.)";

constexpr const char* instruction_set_doc = R"(The instruction set in use.

Returns
-------
str

Raises
------
ValueError
    The environment variable SHARPEM_CPU names none of them.)";

constexpr const char* set_instruction_set_doc = R"(Use another instruction set from now on.

Parameters
----------
name : str
    One of `instruction_sets()`; "" for the default. Results do not depend on it.)";

}  // namespace

void bind_runtime(py::module_& m) {
  m.def("set_threads", &set_threads, py::arg("limit"), set_threads_doc);
  m.def("threads", &thread_count, threads_doc);
  m.def("instruction_sets", &instruction_sets, instruction_sets_doc);
  m.def("instruction_set", &instruction_set, instruction_set_doc);
  m.def("set_instruction_set", &set_instruction_set, py::arg("name"), set_instruction_set_doc);
}
