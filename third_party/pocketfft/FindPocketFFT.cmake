# Defines PocketFFT::PocketFFT, the header-only C++ FFT (BSD-3-Clause).
#
# Looked for, in this order:
#   1. PocketFFT_ROOT / CMAKE_PREFIX_PATH / system include folders, under the names that
#      distributions use (pocketfft/, or gemmi's bundled copy from Debian's gemmi-dev)
#   2. beside this file
#   3. with SHARPEM_FETCH_POCKETFFT: the source distribution of gemmi, through pip
include("${CMAKE_CURRENT_LIST_DIR}/../gemmi_sdist.cmake")
set(_pocketfft_stash "${CMAKE_BINARY_DIR}/_deps/pocketfft")

macro(_pocketfft_find)
  find_path(PocketFFT_INCLUDE_DIR
    NAMES pocketfft_hdronly.h pocketfft_hdronly.hpp
    HINTS "${_pocketfft_stash}" "${CMAKE_CURRENT_LIST_DIR}"
    PATH_SUFFIXES pocketfft gemmi/third_party)
endmacro()

_pocketfft_find()
if(NOT PocketFFT_INCLUDE_DIR AND SHARPEM_FETCH_POCKETFFT)
  header_from_gemmi(pocketfft_hdronly.h "${_pocketfft_stash}")
  _pocketfft_find()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PocketFFT
  REQUIRED_VARS PocketFFT_INCLUDE_DIR
  REASON_FAILURE_MESSAGE
    "install a package with pocketfft_hdronly.h (Debian: gemmi-dev), set PocketFFT_ROOT, or allow SHARPEM_FETCH_POCKETFFT with Python and pip")

if(PocketFFT_FOUND AND NOT TARGET PocketFFT::PocketFFT)
  find_package(Threads REQUIRED)
  add_library(PocketFFT::PocketFFT INTERFACE IMPORTED)
  set_target_properties(PocketFFT::PocketFFT PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${PocketFFT_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
mark_as_advanced(PocketFFT_INCLUDE_DIR)
