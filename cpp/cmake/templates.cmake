# sharpem_install_templates(): compiles the report's templates and installs them beside the others.
# Without jinja2 here they are compiled by every run that needs them.
function(sharpem_install_templates)
  execute_process(COMMAND "${Python_EXECUTABLE}" -c "import jinja2"
    RESULT_VARIABLE missing OUTPUT_QUIET ERROR_QUIET)
  if(missing)
    message(STATUS "jinja2 not found: the report's templates are not compiled")
    return()
  endif()
  set(compiled "${CMAKE_CURRENT_BINARY_DIR}/templates")
  file(GLOB templates CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/python/sharpem/report/templates/*.j2")
  add_custom_command(OUTPUT "${compiled}.stamp"
    COMMAND ${CMAKE_COMMAND} -E rm -rf "${compiled}"
    COMMAND "${Python_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/tools/compile_templates.py"
      "${compiled}"
    COMMAND ${CMAKE_COMMAND} -E touch "${compiled}.stamp"
    DEPENDS ${templates} "${CMAKE_CURRENT_SOURCE_DIR}/tools/compile_templates.py"
      "${CMAKE_CURRENT_SOURCE_DIR}/python/sharpem/report/environment.py")
  add_custom_target(sharpem_templates ALL DEPENDS "${compiled}.stamp")
  install(DIRECTORY "${compiled}/" DESTINATION report/templates/compiled COMPONENT python
    FILES_MATCHING PATTERN "*.py")
endfunction()
