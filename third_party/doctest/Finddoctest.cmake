# Defines doctest::doctest, the header-only C++ test framework (MIT), for <doctest/doctest.h>.
#
# Looked for, in this order:
#   1. an installed doctest (Debian: doctest-dev), doctest_ROOT, CMAKE_PREFIX_PATH
#   2. with SHARPEM_FETCH_POCKETFFT: the source distribution of gemmi, through pip
include("${CMAKE_CURRENT_LIST_DIR}/../gemmi_sdist.cmake")
set(_doctest_stash "${CMAKE_BINARY_DIR}/_deps/doctest")

macro(_doctest_find)
  find_path(doctest_INCLUDE_DIR NAMES doctest/doctest.h HINTS "${_doctest_stash}")
endmacro()

_doctest_find()
if(NOT doctest_INCLUDE_DIR AND SHARPEM_FETCH_POCKETFFT)
  header_from_gemmi(doctest.h "${_doctest_stash}/doctest")
  _doctest_find()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(doctest
  REQUIRED_VARS doctest_INCLUDE_DIR
  REASON_FAILURE_MESSAGE
    "install doctest (Debian: doctest-dev), set doctest_ROOT, allow SHARPEM_FETCH_POCKETFFT with Python and pip, or build without the C++ tests: SHARPEM_BUILD_TESTS=OFF")

if(doctest_FOUND AND NOT TARGET doctest::doctest)
  add_library(doctest::doctest INTERFACE IMPORTED)
  set_target_properties(doctest::doctest PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${doctest_INCLUDE_DIR}")
endif()
mark_as_advanced(doctest_INCLUDE_DIR)
