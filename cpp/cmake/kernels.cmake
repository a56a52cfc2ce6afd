# sharpem_add_kernels(target sources...): compiles the sources once for every instruction set of the
# processor's family (cpp/include/sharpem/cpu.hpp) and adds the objects to the target.
include(CheckCXXCompilerFlag)

function(sharpem_add_kernels target)
  set(sets baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8
     AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    check_cxx_compiler_flag(-march=x86-64-v4 SHARPEM_HAS_X86_64_V4)
    if(SHARPEM_HAS_X86_64_V4)
      list(APPEND sets v3 v4)
      target_compile_definitions(${target} PRIVATE SHARPEM_X86_LEVELS)
    endif()
  endif()
  foreach(set IN LISTS sets)
    set(objects ${target}_${set})
    add_library(${objects} OBJECT ${ARGN})
    set_target_properties(${objects} PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden)
    target_compile_features(${objects} PRIVATE cxx_std_17)
    target_compile_definitions(${objects} PRIVATE
      SHARPEM_KERNELS=kernels_${set} SHARPEM_POCKETFFT=pocketfft_${set})
    # Optimised always: an inline function that is not inlined might be shared with other files.
    target_compile_options(${objects} PRIVATE
      $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O3 -ffp-contract=off>)
    if(NOT set STREQUAL baseline)
      target_compile_options(${objects} PRIVATE -march=x86-64-${set})
    endif()
    target_link_libraries(${objects} PRIVATE PocketFFT::PocketFFT)
    sharpem_set_warnings(${objects})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
  endforeach()
endfunction()
