# sharpem_set_warnings(target): the warnings that every target of ours is built with.
# SHARPEM_WARNINGS_AS_ERRORS turns them into errors (CI does).
function(sharpem_set_warnings target)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    return()
  endif()
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(SHARPEM_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
