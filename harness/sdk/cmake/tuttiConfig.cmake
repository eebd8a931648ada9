# find_package(tutti): what a plugin outside this tree is built with.
#
#   find_package(tutti 0.2 REQUIRED)                  # COMPONENTS kit: what our own algorithms are built from
#   tutti_plugin(rendezvous rendezvous.cpp)           # rendezvous.so, which TUTTI_PLUGIN_PATH leads the program to
#   tutti_verify(rendezvous)                          # a test: what every plugin has to keep
#   tutti_run(rendezvous suite.toml)                  # a test: a suite that uses it runs through
#   target_link_libraries(rendezvous PRIVATE tutti::kit)
include(${CMAKE_CURRENT_LIST_DIR}/tuttiTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tutti_plugin.cmake)

if("kit" IN_LIST tutti_FIND_COMPONENTS)
  if(NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/tuttiKitTargets.cmake)
    set(tutti_FOUND FALSE)
    set(tutti_NOT_FOUND_MESSAGE "this tutti was installed without its kit")
    return()
  endif()
  include(${CMAKE_CURRENT_LIST_DIR}/tuttiKitBuild.cmake)
  include(${CMAKE_CURRENT_LIST_DIR}/tutti_torch.cmake)
  tutti_find_torch(${TUTTI_KIT_TORCH_FOLDER})
  if(NOT TARGET torch)
    set(tutti_FOUND FALSE)
    set(tutti_NOT_FOUND_MESSAGE "the kit needs LibTorch ${TUTTI_KIT_TORCH_VERSION}; on Debian: apt install libtorch-dev")
    return()
  endif()
  # Two LibTorches in one process corrupt each other.
  if(NOT TUTTI_TORCH_VERSION STREQUAL TUTTI_KIT_TORCH_VERSION)
    set(tutti_FOUND FALSE)
    set(tutti_NOT_FOUND_MESSAGE "the kit in ${CMAKE_CURRENT_LIST_DIR} is built with LibTorch ${TUTTI_KIT_TORCH_VERSION}, but LibTorch ${TUTTI_TORCH_VERSION} was found (${TUTTI_TORCH_FOLDER}${Torch_DIR}); set CMAKE_PREFIX_PATH to the former, or build tutti with the latter")
    return()
  endif()
  if(TUTTI_KIT_PRODUCTS STREQUAL "onednn" AND NOT TARGET onednn)
    find_library(TUTTI_onednn_LIBRARY dnnl)
    if(NOT TUTTI_onednn_LIBRARY)
      set(tutti_FOUND FALSE)
      set(tutti_NOT_FOUND_MESSAGE "the kit needs oneDNN; on Debian: apt install libdnnl-dev")
      return()
    endif()
    add_library(onednn INTERFACE IMPORTED)
    target_link_libraries(onednn INTERFACE ${TUTTI_onednn_LIBRARY})
  endif()
  include(${CMAKE_CURRENT_LIST_DIR}/tuttiKitTargets.cmake)
endif()
