# Makes a oneDNN that needs an OpenMP runtime of its own, and looks at what cmake/products.cmake says of it. Called by ctest
# with FOLDER, ROOT, COMPILER and PREFIX (CMAKE_PREFIX_PATH of the build, which may name another LibTorch).
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(status ${status} PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
file(WRITE ${FOLDER}/lib/openmp.c "int other_runtime(void) { return 1; }\n")
# LibTorch itself may ask it for its version, and print it.
file(WRITE ${FOLDER}/lib/dnnl.c "int other_runtime(void);
static const struct { int numbers[3]; const char* hash; unsigned runtimes[2]; } version = {{0, 0, 0}, \"none\", {0, 0}};
const void* dnnl_version(void) { return other_runtime() ? &version : 0; }
int dnnl_sgemm(void) { return 3; }
")
file(WRITE ${FOLDER}/include/dnnl.hpp "")
run(${COMPILER} -x c -shared -fPIC ${FOLDER}/lib/openmp.c -o ${FOLDER}/lib/libiomp5.so)
run(${COMPILER} -x c -shared -fPIC ${FOLDER}/lib/dnnl.c -o ${FOLDER}/lib/libdnnl.so -x none ${FOLDER}/lib/libiomp5.so
    -Wl,-rpath,${FOLDER}/lib)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the stand-in for oneDNN cannot be built:\n${output}")
endif()
file(WRITE ${FOLDER}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)
project(second_openmp LANGUAGES CXX)
include(${ROOT}/harness/sdk/cmake/tutti_torch.cmake)
tutti_find_torch()
include(${ROOT}/cmake/products.cmake)
")

# With oneDNN asked for there is nothing to fall back on.
set(options -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_PREFIX_PATH=${PREFIX}" -DTUTTI_onednn_LIBRARY=${FOLDER}/lib/libdnnl.so)
run(${CMAKE_COMMAND} -S ${FOLDER} -B ${FOLDER}/build ${options} -DTUTTI_PRODUCTS=onednn)
file(REMOVE_RECURSE ${FOLDER}/build)
string(REGEX REPLACE "[ \n]+" " " output "${output}")  # CMake breaks lines where it likes
if(status EQUAL 0 OR NOT output MATCHES "nothing can compute matrix products" OR
   NOT output MATCHES "two copies of OpenMP in one process: [^ ]*lib[a-z]*omp[^ ]* and [^ ]*lib[a-z]*omp" OR
   NOT output MATCHES "${FOLDER}/lib/libiomp5.so")
  message(FATAL_ERROR "two OpenMP runtimes gave status ${status} and:\n${output}")
endif()
