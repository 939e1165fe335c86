#include <exeunt/tools/tune.h>

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "onnx/write_thresholds.h"

namespace exeunt {

namespace {

bool has_external_data(const onnx::GraphProto& graph) {
  const auto external = [](const onnx::TensorProto& tensor) {
    return tensor.data_location() == onnx::TensorProto::EXTERNAL;
  };
  if (std::ranges::any_of(graph.initializer(), external)) return true;
  return std::ranges::any_of(graph.node(), [](const onnx::NodeProto& node) {
    return std::ranges::any_of(node.attribute(), [](const onnx::AttributeProto& attribute) {
      return attribute.has_g() && has_external_data(attribute.g());
    });
  });
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(file.has_parent_path() ? file.parent_path() : ".", ignored);
}

}  // namespace

void write_tuned_model(const std::filesystem::path& model, std::span<const ExitSettings> settings,
                       const std::filesystem::path& out, const LoadOptions& load) {
  onnx::ModelProto proto = read_onnx(model);
  with_context(model.string(), [&] {
    write_exit_settings(proto, settings, ImportOptions{load.shapes, folder_of(model)});
    require(!has_external_data(proto.graph()) || folder_of(model) == folder_of(out), ErrorCode::argument,
            "its weights lie in files beside it, so a model with other thresholds must be written to the same folder");
  });
  const std::string bytes = proto.SerializeAsString();
  write_file(out, std::as_bytes(std::span(bytes)));
}

}  // namespace exeunt
