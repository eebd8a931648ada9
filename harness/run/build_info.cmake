# Writes build_info.cpp when what it says has changed. Runs at build time, because the revision changes without CMake.
execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE
                ERROR_QUIET RESULT_VARIABLE failed)
execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
if(failed)
  set(REVISION unknown)
endif()
if(changes)
  set(MODIFIED true)
else()
  set(MODIFIED false)
endif()
configure_file(${SOURCE}/harness/run/build_info.cpp.in ${OUTPUT} @ONLY)
