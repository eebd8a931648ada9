# The documents, and what they lead to. An installed tree has them in the layout of the sources, so that their relative
# links hold there as well; tests/docs/links_test.sh follows each.
set(documents_folder share/doc/tutti)
install(DIRECTORY docs DESTINATION ${documents_folder} COMPONENT program)
install(DIRECTORY reports/example reports/evidence DESTINATION ${documents_folder}/reports COMPONENT program)
file(GLOB documents RELATIVE ${PROJECT_SOURCE_DIR} harness/*/README.md plugins/*/*/README.md plugins/*/*/*.png)
foreach(document LICENSE README.md CHANGELOG.md CITATION.cff reports/README.md plugins/algorithms/random/random.cpp
        tests/fixtures/torch_nn.cpp ${documents})
  get_filename_component(folder ${document} DIRECTORY)
  install(FILES ${document} DESTINATION ${documents_folder}/${folder} COMPONENT program)
endforeach()

# Headers and suites are installed once, elsewhere; the README of the suites leads to the documents.
function(tutti_install_link name target folder)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/links)
  file(CREATE_LINK ${target} ${PROJECT_BINARY_DIR}/links/${name} SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/links/${name} DESTINATION ${folder} COMPONENT program)
endfunction()
tutti_install_link(include ../../../../../include ${documents_folder}/harness/sdk)
tutti_install_link(suites ../../tutti/suites ${documents_folder})
tutti_install_link(docs ../doc/tutti/docs share/tutti)
