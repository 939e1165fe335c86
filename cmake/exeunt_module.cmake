# Warnings and sanitizers, for everything that is built here.
add_library(exeunt_warnings INTERFACE)
target_compile_options(exeunt_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  $<$<BOOL:${EXEUNT_DEVELOPER}>:-Werror>
  # GCC 12 raises these two in the standard library's own strings and variants at -O3.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(EXEUNT_SANITIZE)
  target_compile_options(exeunt_warnings INTERFACE -fsanitize=${EXEUNT_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(exeunt_warnings INTERFACE -fsanitize=${EXEUNT_SANITIZE})
endif()

# What the folders of src/ see.
add_library(exeunt_options INTERFACE)
target_include_directories(exeunt_options INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
target_compile_features(exeunt_options INTERFACE cxx_std_20)
target_compile_options(exeunt_options INTERFACE -fno-semantic-interposition)
target_link_libraries(exeunt_options INTERFACE exeunt_warnings)

# exeunt_module(NAME DEPS ... LIBS ... SOURCES ... TESTS ...): one folder of src/ as a static library
# `exeunt_NAME`, and, in developer builds, its unit tests as the program and ctest entries `NAME_tests`.
#   DEPS     folders it may include (the list of docs/data-path.md), by name
#   LIBS     libraries from outside, private to the folder
#   SOURCES  .cc files;  TESTS  *_test.cc files beside them
#   DEVICE   it is part of the runtime-only library, whose size counts: what is not used can be left out by the linker
#   SMALL    ... and none of it is in the way of a sample: compiled for size
function(exeunt_module NAME)
  cmake_parse_arguments(M "DEVICE;SMALL" "" "DEPS;LIBS;SOURCES;TESTS" ${ARGN})
  add_library(exeunt_${NAME} STATIC ${M_SOURCES})
  if(M_DEVICE OR M_SMALL)
    target_compile_options(exeunt_${NAME} PRIVATE -ffunction-sections -fdata-sections)
  endif()
  if(M_SMALL)
    target_compile_options(exeunt_${NAME} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  list(TRANSFORM M_DEPS PREPEND exeunt_)
  target_link_libraries(exeunt_${NAME} PUBLIC exeunt_options ${M_DEPS} PRIVATE ${M_LIBS})
  if(EXEUNT_DEVELOPER AND M_TESTS)
    add_executable(${NAME}_tests ${M_TESTS})
    target_link_libraries(${NAME}_tests PRIVATE exeunt_${NAME} ${M_LIBS} exeunt_test_support)
    gtest_discover_tests(${NAME}_tests TEST_PREFIX "${NAME}." PROPERTIES LABELS unit
      DISCOVERY_TIMEOUT 120 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  endif()
endfunction()

# exeunt_flatbuffers(TARGET SCHEMA.fbs): C++ for a schema, made in the build folder, as "SCHEMA_generated.h" for TARGET.
function(exeunt_flatbuffers TARGET SCHEMA)
  cmake_path(GET SCHEMA STEM name)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/flatbuffers)
  add_custom_command(OUTPUT ${folder}/${name}_generated.h
    COMMAND ${EXEUNT_FLATC} --cpp --cpp-std c++17 --scoped-enums -o ${folder} ${CMAKE_CURRENT_SOURCE_DIR}/${SCHEMA}
    DEPENDS ${SCHEMA} VERBATIM)
  target_sources(${TARGET} PRIVATE ${folder}/${name}_generated.h)
  target_include_directories(${TARGET} SYSTEM PRIVATE ${folder})
endfunction()
