#include <google/protobuf/wire_format.h>
#include <onnx/onnx_pb.h>

#include <functional>

#include "onnx/import.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

/// Calls `f` with a graph and every graph inside its nodes. A loop with a list of its own: files may nest deeply.
void for_each_graph(const onnx::GraphProto& outermost, const std::function<void(const onnx::GraphProto&)>& f) {
  std::vector<const onnx::GraphProto*> graphs = {&outermost};
  while (!graphs.empty()) {
    const onnx::GraphProto& graph = *graphs.back();
    graphs.pop_back();
    f(graph);
    for (const auto& node : graph.node()) {
      for (const auto& attribute : node.attribute()) {
        if (attribute.has_g()) graphs.push_back(&attribute.g());
      }
    }
  }
}

template <class Messages>
std::size_t bytes_of(const Messages& messages) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += message.ByteSizeLong();
  return bytes;
}

/// Text for people, and fields that came after this schema: since IR 10 that is where exporters put stack traces.
template <class Message>
std::size_t annotation_bytes(const Message& message) {
  return message.doc_string().size() +
         google::protobuf::internal::WireFormat::ComputeUnknownFieldsSize(message.unknown_fields());
}

std::size_t metadata_bytes(const onnx::GraphProto& graph) {
  std::size_t bytes = annotation_bytes(graph) + bytes_of(graph.value_info());
  for (const auto& node : graph.node()) {
    bytes += annotation_bytes(node);
    for (const auto& attribute : node.attribute()) bytes += attribute.doc_string().size();
  }
  for (const auto& tensor : graph.initializer()) bytes += annotation_bytes(tensor);
  for (const auto& input : graph.input()) bytes += annotation_bytes(input);
  for (const auto& output : graph.output()) bytes += annotation_bytes(output);
  return bytes;
}

/// Dropout (opset 12 on) takes its mode as operand 2; it may be an initializer or a Constant node.
bool is_true(const onnx::GraphProto& graph, const std::string& name) {
  const auto holds = [](const onnx::TensorProto& tensor) {
    const bool raw = !tensor.raw_data().empty() && tensor.raw_data()[0] != 0;
    return raw || (tensor.int32_data_size() > 0 && tensor.int32_data(0) != 0);
  };
  for (const auto& tensor : graph.initializer()) {
    if (tensor.name() == name) return holds(tensor);
  }
  for (const auto& node : graph.node()) {
    if (node.op_type() != "Constant" || node.output_size() == 0 || node.output(0) != name) continue;
    return node.attribute_size() > 0 && node.attribute(0).has_t() && holds(node.attribute(0).t());
  }
  return false;
}

void note_training(const onnx::GraphProto& graph, ImportNotes& notes) {
  for (const auto& node : graph.node()) {
    if (node.op_type() != "Dropout" || node.input_size() < 3 || node.input(2).empty()) continue;
    if (is_true(graph, node.input(2))) notes.training_nodes.push_back(name_of(node));
  }
}

}  // namespace

void note_file(const onnx::ModelProto& model, ImportNotes& notes) {
  notes.file_bytes = model.ByteSizeLong();
  notes.metadata_bytes = annotation_bytes(model) + bytes_of(model.metadata_props());
  for_each_graph(model.graph(), [&](const onnx::GraphProto& graph) {
    notes.metadata_bytes += metadata_bytes(graph);
    note_training(graph, notes);
  });
}

}  // namespace exeunt
