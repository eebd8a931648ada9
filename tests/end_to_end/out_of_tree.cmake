# Installs everything into a folder, moves it, begins a plugin of each kind there with `tutti new`, builds it with
# find_package(tutti), verifies it and runs its suite. Called by ctest with BUILD, FOLDER and FLAGS.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
set(components sdk program)
set(kinds environment)
if(EXISTS ${BUILD}/lib/libtutti_kit.a OR EXISTS ${BUILD}/plugins/algorithms/common/libtutti_kit.a)
  list(APPEND components kit)
  list(APPEND kinds algorithm)
endif()
foreach(component ${components})
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/elsewhere --component ${component})
endforeach()
file(RENAME ${FOLDER}/elsewhere ${FOLDER}/installed)
set(tutti ${FOLDER}/installed/bin/tutti)
run(${CMAKE_CURRENT_LIST_DIR}/../docs/links_test.sh ${FOLDER}/installed/share)

foreach(kind ${kinds})
  set(name my_${kind})
  run(${tutti} new ${kind} ${name} --dir ${FOLDER}/${name})
  run(${CMAKE_COMMAND} -S ${FOLDER}/${name} -B ${FOLDER}/${name}/build -G Ninja -DCMAKE_PREFIX_PATH=${FOLDER}/installed
      -DCMAKE_CXX_FLAGS=${FLAGS})
  run(${CMAKE_COMMAND} --build ${FOLDER}/${name}/build)
  run(${CMAKE_CTEST_COMMAND} --test-dir ${FOLDER}/${name}/build -R verify --output-on-failure)
  set(with ${CMAKE_COMMAND} -E env TUTTI_PLUGIN_PATH=${FOLDER}/${name}/build ${tutti})
  # Without a build type it is built for Release, and says so.
  run(${with} describe ${name})
  if(NOT output MATCHES "built: Release, " OR NOT output MATCHES "-O[23]")
    message(FATAL_ERROR "the plugin does not say that it was built for Release:\n${output}")
  endif()
  # matd3 is not part of a build without LibTorch.
  if("algorithm" IN_LIST kinds)
    run(${with} run ${FOLDER}/${name}/suite.toml --steps 2000 --seeds 1 --set evaluation.interval=1000
        --set evaluation.episodes=5 --no-report --results ${FOLDER}/results)
  endif()
endforeach()

# Another compiler takes the SDK without a warning; its plugin is refused, since this host has another C++ ABI.
find_program(clang NAMES clang++ clang++-14)
run(${tutti} --version)
if(clang AND NOT FLAGS AND NOT output MATCHES "clang")
  run(${CMAKE_COMMAND} -S ${FOLDER}/my_environment -B ${FOLDER}/my_environment/clang -G Ninja -DCMAKE_CXX_COMPILER=${clang}
      -DCMAKE_PREFIX_PATH=${FOLDER}/installed "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
  run(${CMAKE_COMMAND} --build ${FOLDER}/my_environment/clang)
  execute_process(COMMAND ${tutti} verify ${FOLDER}/my_environment/clang/my_environment.so RESULT_VARIABLE status ERROR_VARIABLE output)
  if(NOT status EQUAL 2 OR NOT output MATCHES "rebuild the plugin with this host's SDK and compiler")
    message(FATAL_ERROR "a plugin of another compiler: status ${status}\n${output}")
  endif()
endif()

run(${tutti} list tasks)
# The robots' models were installed beside their plugin.
if(NOT output MATCHES "mamujoco/ant-2x4 +2 +63" OR output MATCHES "cannot be made")
  message(FATAL_ERROR "the installed program cannot make the tasks of the installed plugins:\n${output}")
endif()
file(REMOVE_RECURSE ${FOLDER})
