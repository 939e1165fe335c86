# Every library from outside, as an imported target. All come from Debian 12 packages (scripts/install-dependencies).
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(PNG REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(stb REQUIRED IMPORTED_TARGET stb)

# FlatBuffers: a compiler for schemas, and headers; what they need of the library is inline.
find_program(EXEUNT_FLATC flatc REQUIRED)
find_path(EXEUNT_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)
add_library(flatbuffers_headers INTERFACE)
target_include_directories(flatbuffers_headers SYSTEM INTERFACE ${EXEUNT_FLATBUFFERS_INCLUDE})

# Debian's oneDNN package asks for OpenCL in its CMake file; the CPU part needs none.
find_library(EXEUNT_DNNL dnnl REQUIRED)
add_library(onednn INTERFACE)
target_link_libraries(onednn INTERFACE ${EXEUNT_DNNL})

# Debian's ONNX package has no usable CMake file for its schema library alone.
find_library(EXEUNT_ONNX_PROTO onnx_proto REQUIRED)
add_library(onnx_schema INTERFACE)
target_link_libraries(onnx_schema INTERFACE ${EXEUNT_ONNX_PROTO} protobuf::libprotobuf)
target_compile_definitions(onnx_schema INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)

if(EXEUNT_DEVELOPER)
  find_package(GTest REQUIRED)
  # The parser of ONNX's text syntax, with which tests write their models.
  find_library(EXEUNT_ONNX onnx REQUIRED)
  add_library(onnx_text INTERFACE)
  target_link_libraries(onnx_text INTERFACE ${EXEUNT_ONNX} onnx_schema)
endif()
