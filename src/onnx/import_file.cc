#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "base/error.h"
#include "base/files.h"
#include "onnx/importer.h"

namespace exeunt {

namespace {

onnx::ModelProto parse_model(std::span<const std::byte> bytes) {
  require(!bytes.empty(), ErrorCode::format, "the file is empty");
  require(bytes.size() < (std::size_t{1} << 31), ErrorCode::format,
          "the file has 2 GB or more; keep the weights in external data");
  // Protobuf would print its own complaints beside our error.
  const google::protobuf::LogSilencer silence;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  onnx::ModelProto model;
  const bool whole = model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  require(whole && model.has_graph(), ErrorCode::format, "is not an ONNX model, or was cut short");
  return model;
}

}  // namespace

onnx::ModelProto read_onnx(const std::filesystem::path& path) {
  std::error_code ignored;
  require(std::filesystem::exists(path, ignored), ErrorCode::file, "{}: there is no such file", path.string());
  const std::vector<std::byte> bytes = read_file(path);
  return with_context(path.string(), [&] { return parse_model(bytes); });
}

Graph import_onnx(const std::filesystem::path& path, const ImportOptions& options, ImportNotes* notes) {
  ImportOptions here = options;
  here.folder = path.has_parent_path() ? path.parent_path() : ".";
  const onnx::ModelProto model = read_onnx(path);
  return with_context(path.string(), [&] { return import_onnx(model, here, notes); });
}

}  // namespace exeunt
