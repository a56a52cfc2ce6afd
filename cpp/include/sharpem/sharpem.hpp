// sharpem's C++ core: everything in one include.
#pragma once

#include "sharpem/cell.hpp"
#include "sharpem/contour.hpp"
#include "sharpem/cpu.hpp"
#include "sharpem/filter.hpp"
#include "sharpem/gaps.hpp"
#include "sharpem/molecule.hpp"
#include "sharpem/regions.hpp"
#include "sharpem/scan.hpp"
#include "sharpem/shells.hpp"
#include "sharpem/spectrum.hpp"
#include "sharpem/surface.hpp"
#include "sharpem/threads.hpp"
#include "sharpem/volume.hpp"
#include "sharpem/wilson.hpp"
