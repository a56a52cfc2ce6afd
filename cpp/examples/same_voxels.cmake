# The voxels of two maps, COUNT of float32 at the end of each file, are the same bits.
foreach(which IN ITEMS ONE TWO)
  file(SIZE "${${which}}" size)
  math(EXPR first "${size} - 4 * ${COUNT}")
  file(READ "${${which}}" voxels_${which} HEX OFFSET ${first})
endforeach()
if(NOT voxels_ONE STREQUAL voxels_TWO)
  message(FATAL_ERROR "${ONE} and ${TWO} hold different voxels, expected the same")
endif()
