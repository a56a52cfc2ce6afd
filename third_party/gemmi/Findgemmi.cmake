# Defines gemmi::gemmi_cpp (MPL-2.0), as far as it reads and writes CCP4 maps. Only the examples use
# it.
#
# Looked for, in this order:
#   1. an installed gemmi with its CMake package: gemmi_DIR, CMAKE_PREFIX_PATH
#   2. the source distribution of gemmi, through pip: headers, and the one source they need
find_package(gemmi CONFIG QUIET)
if(NOT TARGET gemmi::gemmi_cpp)
  include("${CMAKE_CURRENT_LIST_DIR}/../gemmi_sdist.cmake")
  gemmi_sources(gemmi_SOURCE_DIR)
  if(gemmi_SOURCE_DIR)
    add_library(gemmi_maps STATIC "${gemmi_SOURCE_DIR}/src/symmetry.cpp")
    target_compile_features(gemmi_maps PUBLIC cxx_std_17)
    target_include_directories(gemmi_maps SYSTEM PUBLIC "${gemmi_SOURCE_DIR}/include")
    add_library(gemmi::gemmi_cpp ALIAS gemmi_maps)
  endif()
endif()
set(gemmi_LIBRARY gemmi::gemmi_cpp)
if(NOT TARGET gemmi::gemmi_cpp)
  set(gemmi_LIBRARY gemmi_LIBRARY-NOTFOUND)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(gemmi
  REQUIRED_VARS gemmi_LIBRARY
  REASON_FAILURE_MESSAGE "install gemmi with its CMake package, or let CMake find Python with pip")
