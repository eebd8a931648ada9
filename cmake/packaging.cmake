# cpack: a Debian package of everything that is installed. Build it with -DTUTTI_NATIVE=OFF, so that it runs on other
# processors than this machine's; `./tutti package` does.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tutti)
set(CPACK_PACKAGE_CONTACT "the maintainers of tutti <maintainers@tutti.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Benchmarks for cooperative multi-agent reinforcement learning")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# Libraries that are linked are found by dpkg-shlibdeps. The others: a BLAS that is not the slow reference, and gnuplot,
# which draws the figures of reports.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(CPACK_DEBIAN_PACKAGE_DEPENDS "gnuplot-nox, libopenblas0-serial")
# To build plugins; those that use the kit need the last two.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "g++, cmake, ninja-build, libtorch-dev, libdnnl-dev")
include(CPack)
