# What computes float32 products: oneDNN ("onednn"), or the BLAS inside LibTorch ("blas"), as the builds on PyPI have one.
# Without a choice oneDNN, unless it is missing, would bring a second OpenMP runtime into the process, or is a second oneDNN
# beside one inside LibTorch.
set(TUTTI_PRODUCTS "" CACHE STRING "What computes float32 products: onednn or blas; empty: what is found")

find_library(TUTTI_onednn_LIBRARY dnnl)
if(TUTTI_onednn_LIBRARY)
  # Beside the library: a LibTorch has the headers of another oneDNN.
  get_filename_component(folder ${TUTTI_onednn_LIBRARY} DIRECTORY)
  find_path(TUTTI_onednn_INCLUDE dnnl.hpp PATHS ${folder}/../include ${folder}/../../include NO_DEFAULT_PATH)
endif()

# tutti_try_products(<products> <problem>): builds and runs a program that loads LibTorch together with what computes
# products. The problem is empty if they work and nothing is there twice.
function(tutti_try_products products problem)
  set(libraries torch)
  if(TARGET torch_cpu_library)  # Debian's torch links it, and CMake 3.31 does not follow: the program gets what is named here
    list(APPEND libraries torch_cpu_library)
  endif()
  if(products STREQUAL "onednn")
    if(NOT TUTTI_onednn_LIBRARY OR NOT TUTTI_onednn_INCLUDE)
      set(${problem} "oneDNN not found; on Debian: apt install libdnnl-dev" PARENT_SCOPE)
      return()
    endif()
    list(APPEND libraries ${TUTTI_onednn_LIBRARY})
  endif()
  try_run(status compiled SOURCES ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/loaded_together.cpp NO_CACHE
          CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../harness
          COMPILE_DEFINITIONS -DTUTTI_PRODUCTS_${products} LINK_LIBRARIES ${libraries}
          CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
          COMPILE_OUTPUT_VARIABLE how RUN_OUTPUT_VARIABLE output)
  if(NOT compiled)
    file(WRITE ${CMAKE_BINARY_DIR}/products-${products}.log "${how}")
    set(${problem} "a program that uses LibTorch ${TUTTI_TORCH_VERSION} with them cannot be built; see ${CMAKE_BINARY_DIR}/products-${products}.log" PARENT_SCOPE)
  elseif(NOT status EQUAL 0)
    string(STRIP "${output}" output)
    set(${problem} "a program that uses LibTorch ${TUTTI_TORCH_VERSION} with them does not run: ${output}" PARENT_SCOPE)
  else()
    set(${problem} "" PARENT_SCOPE)
  endif()
endfunction()

# What was tried is tried again when it changes.
file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/loaded_together.cpp program)
set(tried "${program};${TUTTI_PRODUCTS};${TUTTI_TORCH_VERSION};${TUTTI_TORCH_FOLDER};${TUTTI_onednn_LIBRARY}")
if(NOT TUTTI_PRODUCTS_TRIED STREQUAL tried)
  if(TUTTI_PRODUCTS MATCHES "^(onednn|blas)$")
    set(choices ${TUTTI_PRODUCTS})
  elseif(TUTTI_PRODUCTS STREQUAL "")
    set(choices onednn blas)
  else()
    message(FATAL_ERROR "TUTTI_PRODUCTS is \"${TUTTI_PRODUCTS}\"; expected onednn, blas or nothing")
  endif()
  set(problems "")
  set(chosen "")
  foreach(products ${choices})
    tutti_try_products(${products} problem)
    if(problem STREQUAL "")
      set(chosen ${products})
      break()
    endif()
    string(APPEND problems "\n  ${products}: ${problem}")
  endforeach()
  if(chosen STREQUAL "")
    message(FATAL_ERROR "nothing can compute matrix products:${problems}")
  endif()
  message(STATUS "Matrix products: ${chosen}${problems}")
  set(TUTTI_PRODUCTS_CHOSEN ${chosen} CACHE INTERNAL "what computes float32 products")
  set(TUTTI_PRODUCTS_TRIED "${tried}" CACHE INTERNAL "what it was chosen for")
endif()

if(TUTTI_PRODUCTS_CHOSEN STREQUAL "onednn")
  add_library(onednn INTERFACE IMPORTED GLOBAL)
  target_include_directories(onednn SYSTEM INTERFACE ${TUTTI_onednn_INCLUDE})
  target_link_libraries(onednn INTERFACE ${TUTTI_onednn_LIBRARY})
endif()
