# tutti_find_torch(): makes the target `torch`, and sets TUTTI_TORCH_VERSION.
#
# The LibTorch is the system's, or one in a folder of its own, such as that of PyPI's wheel `torch`. CMAKE_PREFIX_PATH names
# the folder, its share/cmake, or the folder above it (site-packages); TUTTI_TORCH_FOLDER is then set to it.

# tutti_prefixes(<result>): CMAKE_PREFIX_PATH, of CMake first and then of the environment.
function(tutti_prefixes result)
  string(REPLACE ":" ";" environment "$ENV{CMAKE_PREFIX_PATH}")
  set(${result} ${CMAKE_PREFIX_PATH} ${environment} PARENT_SCOPE)
endfunction()

function(tutti_find_torch_folder)
  set(TUTTI_TORCH_FOLDER "" PARENT_SCOPE)
  tutti_prefixes(prefixes)
  foreach(prefix ${prefixes} ${Torch_DIR} ${ARGN})
    foreach(place . torch .. ../.. ../../..)
      set(folder "${prefix}/${place}")
      if(EXISTS "${folder}/lib/libtorch_cpu.so" AND EXISTS "${folder}/share/cmake/Torch/TorchConfig.cmake")
        file(REAL_PATH "${folder}" folder)
        set(TUTTI_TORCH_FOLDER "${folder}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
endfunction()

# The target of a LibTorch with CUDA. Its own CMake files ask for the CUDA toolkit with its compiler; to use it on the
# processor takes two of its libraries. What these need besides lies beside them in packages of NVIDIA.
function(tutti_import_torch_with_cuda folder)
  add_library(torch SHARED IMPORTED GLOBAL)
  set_target_properties(torch PROPERTIES
    IMPORTED_LOCATION "${folder}/lib/libtorch_cpu.so"
    INTERFACE_INCLUDE_DIRECTORIES "${folder}/include;${folder}/include/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "${folder}/lib/libc10.so")
endfunction()

# tutti_find_torch([<folder>...]): looks in the folders, too, after CMAKE_PREFIX_PATH.
macro(tutti_find_torch)
  tutti_find_torch_folder(${ARGN})
  if(TUTTI_TORCH_FOLDER)
    file(STRINGS "${TUTTI_TORCH_FOLDER}/share/cmake/Torch/TorchConfig.cmake" tutti_old_abi
         REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(tutti_old_abi)
      message(FATAL_ERROR "the LibTorch in ${TUTTI_TORCH_FOLDER} is built with the C++ ABI of before GCC 5 "
                          "(_GLIBCXX_USE_CXX11_ABI=0), which nothing here shares; install a newer one")
    endif()
    if(NOT EXISTS "${TUTTI_TORCH_FOLDER}/lib/libtorch_cuda.so")
      set(Torch_DIR "${TUTTI_TORCH_FOLDER}/share/cmake/Torch")
    endif()
  endif()
  if(TUTTI_TORCH_FOLDER AND EXISTS "${TUTTI_TORCH_FOLDER}/lib/libtorch_cuda.so")
    file(STRINGS "${TUTTI_TORCH_FOLDER}/share/cmake/Torch/TorchConfigVersion.cmake" TUTTI_TORCH_VERSION
         REGEX "^set\\(PACKAGE_VERSION")
    string(REGEX REPLACE ".*\"(.*)\".*" "\\1" TUTTI_TORCH_VERSION "${TUTTI_TORCH_VERSION}")
    if(NOT TARGET torch)
      tutti_import_torch_with_cuda("${TUTTI_TORCH_FOLDER}")
    endif()
  else()
    find_package(Torch 1.13 QUIET)
    set(TUTTI_TORCH_VERSION ${Torch_VERSION})
  endif()
endmacro()
