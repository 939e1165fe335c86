#include <exeunt/tools/compose.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "expect.h"

namespace exeunt::fuzz {

namespace {

/// A folder of this process; gone when it ends well.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("exeunt_fuzz_compose_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

/// One file is everything: a network with several heads, the parts of one, a backbone with its head, and what was
/// composed before.
void compose_all(const std::filesystem::path& model, const std::filesystem::path& out, const onnx::GraphProto& graph,
                 const ComposeOptions& options) {
  std::vector<std::string> outputs;
  for (const auto& output : graph.output()) outputs.push_back(output.name());
  expect_answer_or_error([&] {
    compose_heads(model, outputs, options, out);
    flatten_exits(out, out);
  });
  using Role = ComposePart::Role;
  const std::array<ComposePart, 4> parts = {
      {{Role::common, model}, {Role::exit, model}, {Role::then, model}, {Role::exit, model}}};
  expect_answer_or_error([&] { compose_parts(parts, options, out); });
  // A tensor somewhere on the way.
  const int nodes = graph.node_size();
  const std::string at = nodes == 0 || graph.node(nodes / 2).output_size() == 0 ? "" : graph.node(nodes / 2).output(0);
  expect_answer_or_error([&] { compose_backbone(model, at, model, options, out); });
  expect_answer_or_error([&] { flatten_exits(model, out); });
}

}  // namespace

}  // namespace exeunt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  const google::protobuf::LogSilencer silence;
  static const fuzz::Folder folder;
  onnx::ModelProto model;
  if (!model.ParseFromArray(data, static_cast<int>(size))) return 0;
  const std::filesystem::path file = folder.path / "model.onnx";
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  ComposeOptions options;
  // Some setting for each model, always the same one.
  const auto kind = static_cast<CriterionKind>(size % 4);
  options.settings = {{.criterion = kind, .threshold = 0.5F, .temperature = size % 3 == 0 ? 2.0F : 1.0F}};
  options.transpose = size % 2 == 0;
  fuzz::compose_all(file, folder.path / "out.onnx", model.graph(), options);
  return 0;
}
