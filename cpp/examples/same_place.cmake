# Where a map stands (start, sampling, cell, axes: words 5 to 19 of the header) is that of another;
# its voxels are not.
foreach(which IN ITEMS IN OUT)
  file(READ "${${which}}" place_${which} HEX OFFSET 16 LIMIT 60)
  file(SHA256 "${${which}}" voxels_${which})
endforeach()
if(NOT place_IN STREQUAL place_OUT)
  message(FATAL_ERROR "${OUT} stands at\n  ${place_OUT}\nexpected, as in ${IN},\n  ${place_IN}")
endif()
if(voxels_IN STREQUAL voxels_OUT)
  message(FATAL_ERROR "${OUT} is ${IN}")
endif()
