// The loops that take the time, compiled once for each instruction set (cpu.hpp).
//
// Each set is a table of functions on plain pointers. A file that is compiled several times keeps
// everything it defines in an unnamed namespace, but for its table, and instantiates nothing that
// other files might share: the linker would merge the copies, and code for one processor would end
// up in the hands of another. A test looks for such symbols.
//
// The same operations in the same order, without fused multiply-add: all sets give the same bits.
#pragma once

#include "fft.hpp"
#include "voxels.hpp"

namespace sharpem {

struct Kernels {
  const char* name;
  const fft::Kernels* fft;
  const voxels::Kernels* voxels;
};

/// Those of the instruction set in use.
const Kernels& kernels();

}  // namespace sharpem
