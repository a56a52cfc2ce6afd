# header_from_gemmi(NAME FOLDER): copies one header out of gemmi's source distribution to FOLDER.
#
# gemmi's source distribution carries pocketfft and doctest, and pip can get it wherever it can get
# Python packages: nothing third-party is kept in this repository, and no root is needed. The pin
# and its checksum are the two lines to touch when gemmi is updated. Where pip cannot help, FOLDER
# stays as it is and the caller says what is missing.
set(_gemmi_pin "gemmi==0.7.5")
set(_gemmi_sha256 3328f26c8a8a0ef6a7fc8bb28e167818e324e4239dd4197d6b6066ae2b6315fe)

function(header_from_gemmi name folder)
  set(stash "${CMAKE_BINARY_DIR}/_deps/gemmi")
  file(GLOB sdist "${stash}/gemmi-*.tar.gz")
  if(NOT sdist)
    find_package(Python COMPONENTS Interpreter QUIET)
    if(NOT Python_EXECUTABLE)
      return()
    endif()
    message(STATUS "${name}: taking it from the source distribution of ${_gemmi_pin}")
    file(MAKE_DIRECTORY "${stash}")
    execute_process(
      COMMAND "${Python_EXECUTABLE}" -m pip download --quiet --no-deps
              --no-binary gemmi --dest "${stash}" "${_gemmi_pin}"
      RESULT_VARIABLE failed ERROR_VARIABLE why OUTPUT_QUIET)
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
  file(ARCHIVE_EXTRACT INPUT "${sdist}" DESTINATION "${stash}" PATTERNS "*/${name}")
  file(GLOB_RECURSE header "${stash}/gemmi-*/${name}")
  file(COPY "${header}" DESTINATION "${folder}")
endfunction()
