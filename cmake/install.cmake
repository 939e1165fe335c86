# What `cmake --install` puts where, and the packages that `cpack` makes of it.
include(CMakePackageConfigHelpers)

install(TARGETS exeunt exeunt_runtime_only EXPORT exeunt)
install(TARGETS exeunt_cli)
install(FILES include/exeunt.h TYPE INCLUDE)
install(DIRECTORY include/exeunt TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md TYPE DOC)
install(DIRECTORY examples TYPE DOC)
install(DIRECTORY docs TYPE DOC FILES_MATCHING PATTERN "*.md")

# find_package(exeunt)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/exeunt)
install(EXPORT exeunt NAMESPACE exeunt:: DESTINATION ${config_folder} FILE exeuntTargets.cmake)
configure_package_config_file(cmake/exeuntConfig.cmake.in ${CMAKE_BINARY_DIR}/exeuntConfig.cmake
  INSTALL_DESTINATION ${config_folder})
# Before 1.0 a minor version may change anything.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/exeuntConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/exeuntConfig.cmake ${CMAKE_BINARY_DIR}/exeuntConfigVersion.cmake
  DESTINATION ${config_folder})

# pkg-config. Folders are named from where the file lies, so that an unpacked tarball may lie anywhere.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
cmake_path(APPEND pc_libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
cmake_path(APPEND pc_includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
foreach(name exeunt exeunt-runtime)
  configure_file(cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# cpack -G DEB, cpack -G TGZ
set(CPACK_PACKAGE_NAME exeunt)
set(CPACK_PACKAGE_VENDOR "Exeunt")
set(CPACK_PACKAGE_CONTACT "Exeunt developers <exeunt@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION "Compiles and runs neural networks that may answer at a side classifier: the program
exeunt, the library libexeunt for C++ and C, a static library for devices, headers and examples.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
include(CPack)
