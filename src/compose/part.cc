#include "compose/part.h"

#include <algorithm>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "compose/names.h"
#include "compose/opset_changes.h"
#include "graph/placement.h"
#include "onnx/exit_metadata.h"
#include "onnx/import.h"
#include "onnx/importer.h"
#include "onnx/inline_functions.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

constexpr std::size_t kMaxFileBytes = (std::size_t{1} << 31) - 1;

void take_in(onnx::TensorProto& tensor, const std::filesystem::path& folder) {
  tensor.clear_doc_string();
  if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return;
  const Tensor data =
      with_context(fmt::format("tensor '{}'", tensor.name()), [&] { return tensor_of_proto(tensor, folder); });
  tensor.clear_external_data();
  tensor.clear_data_location();
  tensor.set_raw_data(data.view().data, data.bytes());
}

/// Takes in external weights and drops everything that does not bear on the answers, at every depth.
void clean(onnx::GraphProto& graph, const std::filesystem::path& folder) {
  require(graph.sparse_initializer_size() == 0, ErrorCode::unsupported,
          "sparse initializers are not supported; save the weights as plain ones");
  graph.clear_doc_string();
  graph.clear_value_info();
  graph.clear_quantization_annotation();
  for (auto* list : {graph.mutable_input(), graph.mutable_output()}) {
    for (auto& value : *list) value.clear_doc_string();
  }
  for (auto& initializer : *graph.mutable_initializer()) take_in(initializer, folder);
  for (auto& node : *graph.mutable_node()) {
    node.clear_doc_string();
    if (is_default_domain(node.domain())) node.clear_domain();
    for (auto& attribute : *node.mutable_attribute()) {
      attribute.clear_doc_string();
      if (attribute.has_t()) take_in(*attribute.mutable_t(), folder);
      for (auto& tensor : *attribute.mutable_tensors()) take_in(tensor, folder);
      if (attribute.has_g()) clean(*attribute.mutable_g(), folder);
    }
  }
}

/// Metadata may say how pictures are to be prepared; paths of the machine that exported it are nobody's business.
void clean_metadata(onnx::ModelProto& model) {
  static const std::regex path(R"((^|[\s"'=:,(\[])(/[\w.-]+/|[A-Za-z]:[\\/]))");
  google::protobuf::RepeatedPtrField<onnx::StringStringEntryProto> kept;
  for (const auto& entry : model.metadata_props()) {
    // The expressions of the standard library recurse by the length of the text.
    const bool plain = entry.value().size() <= 4096 && !std::regex_search(entry.value(), path);
    if (plain && entry.key() != kExitsKey) *kept.Add() = entry;
  }
  model.mutable_metadata_props()->Swap(&kept);
}

/// Before IR 4 every initializer had to be an input as well.
void drop_initialized_inputs(onnx::GraphProto& graph) {
  Names initialized;
  for (const auto& initializer : graph.initializer()) initialized.insert(initializer.name());
  auto& inputs = *graph.mutable_input();
  const auto end = std::remove_if(inputs.begin(), inputs.end(),
                                  [&](const auto& input) { return initialized.contains(input.name()); });
  inputs.erase(end, inputs.end());
}

std::int64_t opset_of_model(const onnx::ModelProto& model) {
  std::int64_t opset = 0;
  for (const auto& entry : model.opset_import()) {
    if (is_default_domain(entry.domain())) opset = entry.version();
  }
  return opset;
}

/// Bodies of functions may be written in another opset than the model.
void check_function_opsets(const InlinedModel& inlined, std::int64_t opset) {
  for (const auto& [node, version] : inlined.opsets) {
    onnx::GraphProto alone;
    if (version != opset) *alone.add_node() = *node;
    require(changed_operator(alone, std::min(version, opset), std::max(version, opset)).empty(), ErrorCode::unsupported,
            "node '{}' ({}) comes out of a function in opset {}, the model has opset {}; export it with one opset",
            name_of(*node), node->op_type(), version, opset);
  }
}

std::string listed(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
  std::vector<std::string> names;
  for (const auto& value : values) names.push_back(value.name());
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Makes `tensor` a graph's only output while it lives.
class OnlyOutput {
 public:
  OnlyOutput(onnx::GraphProto& graph, const std::string& tensor) : graph_(graph) {
    outputs_.Add()->set_name(tensor);
    graph_.mutable_output()->Swap(&outputs_);
  }
  ~OnlyOutput() { graph_.mutable_output()->Swap(&outputs_); }
  OnlyOutput(const OnlyOutput&) = delete;
  OnlyOutput& operator=(const OnlyOutput&) = delete;

 private:
  onnx::GraphProto& graph_;
  google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> outputs_;
};

}  // namespace

Part read_part(const std::filesystem::path& path) {
  Part part;
  part.file = path.string();
  part.model = read_onnx(path);
  with_context(part.file, [&] {
    part.opset = opset_of_model(part.model);
    if (part.model.functions_size() > 0) {
      InlinedModel inlined = inline_functions(part.model);
      check_function_opsets(inlined, part.opset);
      part.model = std::move(inlined.model);
    }
    clean(*part.model.mutable_graph(), path.has_parent_path() ? path.parent_path() : ".");
    clean_metadata(part.model);
    drop_initialized_inputs(*part.model.mutable_graph());
    part.model.clear_doc_string();
    part.model.clear_training_info();
    // Fields that came after this schema: notes of exporters, since the import can do without them.
    part.model.DiscardUnknownFields();
  });
  return part;
}

TensorFacts facts_of(Part& part, const std::string& tensor, const InputShapes& shapes) {
  const OnlyOutput output(*part.model.mutable_graph(), tensor);
  const Graph imported =
      with_context(part.file, [&] { return import_onnx(part.model, {.shapes = shapes, .folder = "."}); });
  if (const auto* decision = std::get_if<Decision>(&imported.tree.front())) {
    fail(ErrorCode::unsupported,
         "{}: node '{}' (If) is a decision already; compose takes plain networks (compose --flatten makes one of this)",
         part.file, decision->name);
  }
  const Exit& exit = std::get<Exit>(imported.tree.front());
  return {imported.type(exit.outputs.front()), exit.prediction.probabilities && exit.prediction.offset == 0,
          path_work(imported).front()};
}

std::vector<std::string> tensors_of(const onnx::GraphProto& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.input()) names.push_back(input.name());
  for (const auto& node : graph.node()) names.insert(names.end(), node.output().begin(), node.output().end());
  std::erase(names, std::string());
  return names;
}

void require_tensor(const Part& part, const std::string& tensor) {
  const std::vector<std::string> names = tensors_of(part.model.graph());
  if (std::ranges::find(names, tensor) != names.end()) return;
  const std::string nearest = nearest_name(tensor, names);
  const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
  fail(ErrorCode::argument, "{}: there is no tensor '{}'{} (outputs: {})", part.file, tensor, hint,
       listed(part.model.graph().output()));
}

const std::string& only_input(const Part& part) {
  const auto& inputs = part.model.graph().input();
  require(inputs.size() == 1, ErrorCode::unsupported, "{}: has {} inputs ({}); a part behind another one has one",
          part.file, inputs.size(), listed(inputs));
  return inputs.Get(0).name();
}

const std::string& only_output(const Part& part) {
  const auto& outputs = part.model.graph().output();
  require(outputs.size() == 1, ErrorCode::unsupported,
          "{}: has {} outputs ({}); a part has one (compose --model --heads takes a network with several)", part.file,
          outputs.size(), listed(outputs));
  return outputs.Get(0).name();
}

void write_onnx(const onnx::ModelProto& model, const std::filesystem::path& path) {
  const std::size_t bytes = model.ByteSizeLong();
  require(bytes <= kMaxFileBytes, ErrorCode::unsupported,
          "{}: would have {} bytes; an ONNX file with its weights inside takes less than 2 GB", path.string(), bytes);
  const std::string content = model.SerializeAsString();
  write_file(path, std::as_bytes(std::span(content)));
}

}  // namespace exeunt
