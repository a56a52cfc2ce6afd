# What is taken from gemmi's source distribution: pocketfft, doctest, and gemmi itself for examples.
#
#   header_from_gemmi(NAME FOLDER)  copies one header to FOLDER
#   gemmi_sources(VARIABLE)         unpacks all of it; VARIABLE is the folder
#
# pip can get it wherever it can get Python packages: nothing third-party is kept in this
# repository, and no root is needed. The pin and its checksum are the two lines to touch when gemmi
# is updated. Where pip cannot help, FOLDER stays as it is, VARIABLE is empty, and the caller says
# what is missing.
set(_gemmi_pin "gemmi==0.7.5")
set(_gemmi_sha256 3328f26c8a8a0ef6a7fc8bb28e167818e324e4239dd4197d6b6066ae2b6315fe)

# The archive, downloaded once for a build folder; empty where pip could not supply it.
function(_gemmi_archive variable name)
  set(${variable} "" PARENT_SCOPE)
  set(stash "${CMAKE_BINARY_DIR}/_deps/gemmi")
  file(GLOB sdist "${stash}/gemmi-*.tar.gz")
  if(NOT sdist)
    find_package(Python COMPONENTS Interpreter QUIET)
    if(NOT Python_EXECUTABLE)
      return()
    endif()
    message(STATUS "${name}: taking it from the source distribution of ${_gemmi_pin}")
    file(MAKE_DIRECTORY "${stash}")
    # pip asks a source distribution for its metadata. Where what builds gemmi is at hand, as when a
    # wheel is built, that needs no environment of its own, which takes several seconds.
    foreach(option "--no-build-isolation" "--no-deps")
      execute_process(
        COMMAND "${Python_EXECUTABLE}" -m pip download --quiet --no-deps ${option}
                --no-binary gemmi --dest "${stash}" "${_gemmi_pin}"
        RESULT_VARIABLE failed ERROR_VARIABLE why OUTPUT_QUIET)
      if(NOT failed)
        break()
      endif()
    endforeach()
    file(GLOB sdist "${stash}/gemmi-*.tar.gz")
    if(failed OR NOT sdist)
      message(STATUS "${name}: pip could not supply it: ${why}")
      return()
    endif()
  endif()
  file(SHA256 "${sdist}" sum)
  if(NOT sum STREQUAL _gemmi_sha256)
    message(FATAL_ERROR "${name}: ${sdist} has an unexpected checksum: ${sum}")
  endif()
  set(${variable} "${sdist}" PARENT_SCOPE)
endfunction()

function(header_from_gemmi name folder)
  _gemmi_archive(sdist "${name}")
  if(NOT sdist)
    return()
  endif()
  set(stash "${CMAKE_BINARY_DIR}/_deps/gemmi")
  file(ARCHIVE_EXTRACT INPUT "${sdist}" DESTINATION "${stash}" PATTERNS "*/${name}")
  file(GLOB_RECURSE header "${stash}/gemmi-*/${name}")
  file(COPY "${header}" DESTINATION "${folder}")
endfunction()

function(gemmi_sources variable)
  _gemmi_archive(sdist gemmi)
  set(${variable} "" PARENT_SCOPE)
  if(NOT sdist)
    return()
  endif()
  set(stash "${CMAKE_BINARY_DIR}/_deps/gemmi")
  file(ARCHIVE_EXTRACT INPUT "${sdist}" DESTINATION "${stash}")
  file(GLOB header "${stash}/gemmi-*/include/gemmi/ccp4.hpp")
  get_filename_component(folder "${header}/../../.." ABSOLUTE)
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()
