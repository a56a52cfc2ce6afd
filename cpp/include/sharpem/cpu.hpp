// Which instructions of the processor the library uses.
//
// The loops that take the time are compiled several times: for what every processor has
// ("baseline") and, on x86-64, for the levels v3 (AVX2) and v4 (AVX-512) of its ABI. The best that
// the processor supports is chosen at run time, unless the environment variable SHARPEM_CPU names
// another. Results are the same, bit for bit, for all of them.
#pragma once

#include <string>
#include <vector>

namespace sharpem {

/// What was built and the processor supports, the best last; the first is "baseline".
std::vector<std::string> instruction_sets();

/// The one in use. Throws std::invalid_argument where SHARPEM_CPU names none of them.
std::string instruction_set();

/// Another for the calls that follow, one of instruction_sets(), or "" for the default. Throws
/// std::invalid_argument for anything else. Not while a call is running.
void set_instruction_set(const std::string& name);

}  // namespace sharpem
