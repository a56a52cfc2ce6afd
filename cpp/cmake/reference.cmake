# The table of a typical protein's intensities that the Python package reads, compiled in: its first
# two columns as rows of C++, in reference_table.inc.
function(sharpem_add_reference target table)
  set(path "${CMAKE_CURRENT_SOURCE_DIR}/${table}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  file(STRINGS "${path}" rows REGEX "^[0-9]")
  set(code "")
  foreach(row IN LISTS rows)
    string(REGEX REPLACE "^([^,]+),([^,]+),.*" "{\\1, \\2},\n" row "${row}")
    string(APPEND code "${row}")
  endforeach()
  file(CONFIGURE OUTPUT generated/reference_table.inc CONTENT "${code}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/generated")
endfunction()
