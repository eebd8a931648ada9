# tutti_plugin(<name> <sources>...): a loadable module that exports its header, its table of functions and the record of
# how it was built.

# Without a choice CMake compiles without optimisation, and the plugin is several times as slow as ours.
get_property(tutti_several_types GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT tutti_several_types)
  message(STATUS "tutti: no CMAKE_BUILD_TYPE was chosen; building for Release")
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Adds the source that records compiler, flags and revision; it is written again when a source or the commit changes.
function(tutti_record_build name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}_build.cpp)
  get_target_property(sources ${name} SOURCES)
  execute_process(COMMAND git -C ${CMAKE_CURRENT_SOURCE_DIR} rev-parse --git-path logs/HEAD OUTPUT_VARIABLE log
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    file(REAL_PATH "${log}" log BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    if(EXISTS ${log})
      list(APPEND sources ${log})
    endif()
  endif()
  set(template ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_build.cpp.in)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_build.cmake)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  add_custom_command(OUTPUT ${output} DEPENDS ${sources} ${template} ${script}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR} -DBUILD_TYPE=$<CONFIG>
            "-DFLAGS=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} $<JOIN:$<TARGET_PROPERTY:${name},COMPILE_OPTIONS>, >"
            -DTEMPLATE=${template} -DOUTPUT=${output} -P ${script}
    VERBATIM)
  set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${name} PRIVATE ${output})
endfunction()

function(tutti_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE tutti::sdk)
  target_link_options(${name} PRIVATE -Wl,-z,defs)  # a missing symbol fails here, not at run time
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${name} PRIVATE -Wno-section)  # the section of the header, which its declaration does not name
  endif()
  if(NOT TUTTI_WITHOUT_BUILD_RECORD)
    tutti_record_build(${name})
  endif()
  if(TARGET tutti_warnings)  # inside tutti's own tree
    target_link_libraries(${name} PRIVATE tutti_warnings)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
                                             INSTALL_RPATH "$ORIGIN/../..")
  endif()
endfunction()

# The program beside which this file is installed, or that is being built.
function(tutti_find_program)
  if(TARGET tutti)
    set(TUTTI_PROGRAM $<TARGET_FILE:tutti> PARENT_SCOPE)
  else()
    find_program(TUTTI_PROGRAM tutti HINTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin REQUIRED)
  endif()
endfunction()

# tutti_verify(<name>): a test that the plugin keeps what every plugin has to keep.
function(tutti_verify name)
  tutti_find_program()
  add_test(NAME ${name}_verify COMMAND ${TUTTI_PROGRAM} verify $<TARGET_FILE:${name}>)
endfunction()

# tutti_run(<name> <suite>): a test that the suite, which uses the plugin, runs through.
function(tutti_run name suite)
  tutti_find_program()
  add_test(NAME ${name}_suite COMMAND ${TUTTI_PROGRAM} run ${CMAKE_CURRENT_SOURCE_DIR}/${suite} --fresh
                                      --results ${CMAKE_CURRENT_BINARY_DIR}/results)
  set_tests_properties(${name}_suite PROPERTIES ENVIRONMENT TUTTI_PLUGIN_PATH=$<TARGET_FILE_DIR:${name}>)
endfunction()
