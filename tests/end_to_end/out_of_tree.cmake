# Installs the SDK and the program into a folder of their own, builds a plugin there with find_package(tutti), and asks
# the installed program for it. Called by ctest with BUILD, SOURCE, FOLDER and FLAGS.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
foreach(component sdk program)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/installed --component ${component})
endforeach()
run(${CMAKE_COMMAND} -S ${SOURCE}/out_of_tree -B ${FOLDER}/plugin -G Ninja -DCMAKE_PREFIX_PATH=${FOLDER}/installed
    -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${FOLDER}/plugin)
run(${CMAKE_COMMAND} -E env TUTTI_PLUGIN_PATH=${FOLDER}/plugin ${FOLDER}/installed/bin/tutti list tasks)
if(NOT output MATCHES "rendezvous/short +2 +2 +1 +2 +10 +an example" OR output MATCHES "refused")
  message(FATAL_ERROR "the installed program does not list the plugin's task:\n${output}")
endif()
# The robots' models were installed beside their plugin.
if(NOT output MATCHES "mamujoco/ant-2x4 +2 +63" OR output MATCHES "cannot be made")
  message(FATAL_ERROR "the installed program cannot make the tasks of the installed plugins:\n${output}")
endif()
file(REMOVE_RECURSE ${FOLDER})
