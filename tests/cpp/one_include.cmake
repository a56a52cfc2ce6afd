# sharpem.hpp must include every other header of its folder, in alphabetical order.
file(GLOB headers RELATIVE "${INCLUDE_DIR}" "${INCLUDE_DIR}/sharpem/*.hpp")
list(REMOVE_ITEM headers sharpem/sharpem.hpp)
list(SORT headers)
file(STRINGS "${INCLUDE_DIR}/sharpem/sharpem.hpp" included REGEX "^#include")
list(TRANSFORM included REPLACE "^#include \"(.*)\"$" "\\1")
if(NOT included STREQUAL headers)
  message(FATAL_ERROR "sharpem.hpp includes\n  ${included}\nexpected\n  ${headers}")
endif()
