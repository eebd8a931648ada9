# Finds what tutti is built with. A missing one is named with the Debian package that has it.

macro(tutti_find name package)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "${name} not found; on Debian: apt install ${package}")
  endif()
endmacro()

tutti_find(fmt libfmt-dev)
tutti_find(spdlog libspdlog-dev)
tutti_find(nlohmann_json nlohmann-json3-dev)
tutti_find(CLI11 libcli11-dev)
tutti_find(Boost libboost-filesystem-dev 1.74 COMPONENTS filesystem)
tutti_find(tomlplusplus libtomlplusplus-dev)
tutti_find(OpenSSL libssl-dev COMPONENTS Crypto)
tutti_find(Torch libtorch-dev)
tutti_find(Threads g++)

# For libraries whose own CMake package is missing or, as Debian's oneDNN, asks for OpenCL.
function(tutti_find_plain name library header package)
  find_library(TUTTI_${name}_LIBRARY ${library})
  find_path(TUTTI_${name}_INCLUDE ${header})
  if(NOT TUTTI_${name}_LIBRARY OR NOT TUTTI_${name}_INCLUDE)
    message(FATAL_ERROR "${name} not found; on Debian: apt install ${package}")
  endif()
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} SYSTEM INTERFACE ${TUTTI_${name}_INCLUDE})
  target_link_libraries(${name} INTERFACE ${TUTTI_${name}_LIBRARY})
endfunction()

tutti_find_plain(mujoco mujoco mujoco/mujoco.h libmujoco-dev)
tutti_find_plain(onednn dnnl dnnl.hpp libdnnl-dev)

if(TUTTI_TESTS)
  tutti_find(GTest libgtest-dev)
  tutti_find(benchmark libbenchmark-dev)
  include(GoogleTest)
endif()
