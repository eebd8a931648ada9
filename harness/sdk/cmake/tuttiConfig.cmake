# find_package(tutti): what a plugin outside this tree is built with.
#
#   find_package(tutti REQUIRED)
#   tutti_plugin(rendezvous rendezvous.cpp)      # rendezvous.so, which TUTTI_PLUGIN_PATH leads the program to
include(${CMAKE_CURRENT_LIST_DIR}/tuttiTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tutti_plugin.cmake)
