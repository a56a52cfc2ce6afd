# Fails if an object of the kernels for v3 or v4 defines a symbol that the linker may share with
# other objects: code for one processor would be run on another. Run as a script:
# cmake -DNM=... -DOBJECTS=... -P
foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" --defined-only "${object}"
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]* [WVu] [^\n]*" shared "${symbols}")
  list(FILTER shared EXCLUDE REGEX "pocketfft_v[34]|DW\\.ref\\.")
  if(shared)
    message(FATAL_ERROR "${object} shares symbols with other files:\n${shared}")
  endif()
endforeach()
