# tutti_plugin(<name> <sources>...): a loadable module that exports its header and its table of functions.
function(tutti_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE tutti::sdk)
  target_link_options(${name} PRIVATE -Wl,-z,defs)  # a missing symbol fails here, not at run time
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(TARGET tutti_warnings)  # inside tutti's own tree
    target_link_libraries(${name} PRIVATE tutti_warnings)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
                                             INSTALL_RPATH "$ORIGIN/../..")
  endif()
endfunction()
