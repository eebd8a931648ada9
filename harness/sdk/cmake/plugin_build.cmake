# Writes the source that records how a plugin was built, when what it says has changed: NAME, FOLDER, BUILD_TYPE, FLAGS,
# TEMPLATE, OUTPUT. The revision is that of the last commit which changed the plugin's folder, so that other commits
# leave the library as it is.
execute_process(COMMAND git -C ${FOLDER} log -1 --format=%H -- . OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE
                ERROR_QUIET RESULT_VARIABLE failed)
execute_process(COMMAND git -C ${FOLDER} status --porcelain -- . OUTPUT_VARIABLE changes ERROR_QUIET)
if(failed OR NOT REVISION)
  set(REVISION unknown)
elseif(changes)
  string(APPEND REVISION ", modified")
endif()
string(STRIP "${FLAGS}" FLAGS)
string(REGEX REPLACE "[ ;]+" " " FLAGS "${FLAGS}")
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
