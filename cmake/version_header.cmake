# build/generated/exeunt_version.h: what `exeunt --version` prints.
find_package(Git QUIET)
set(EXEUNT_COMMIT "unknown")
if(Git_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE EXEUNT_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/exeunt_version.h.in ${PROJECT_BINARY_DIR}/generated/exeunt_version.h @ONLY)
