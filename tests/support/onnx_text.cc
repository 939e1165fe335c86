#include "support/onnx_text.h"

#include <fmt/format.h>
#include <onnx/defs/parser.h>

#include <stdexcept>

#include "graph/text.h"
#include "support/expect_error.h"

namespace exeunt::testing {

onnx::ModelProto model_of(const std::string& graph, int opset) {
  const std::string text = fmt::format("<ir_version: 8, opset_import: [\"\" : {}]> {}", opset, graph);
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage() + "\n" + text);
  return model;
}

Graph import_text(const std::string& graph, int opset, const ImportOptions& options, ImportNotes* notes) {
  return import_onnx(model_of(graph, opset), options, notes);
}

std::string one_output(const std::string& inputs, const std::string& nodes) {
  return fmt::format("g ({}) => (float[] y) {{ {} }}", inputs, nodes);
}

std::string nodes_text(const Graph& graph) {
  const std::string all = print_graph(graph, {.max_constant_elements = 16, .node_names = false});
  std::string nodes;
  for (std::size_t at = 0, end = 0; at < all.size(); at = end + 1) {
    end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    if (line.starts_with('%') || line.starts_with("const ")) nodes += (nodes.empty() ? "" : "\n") + line;
  }
  return nodes;
}

std::string imported(const std::string& inputs, const std::string& nodes, int opset) {
  return nodes_text(import_text(one_output(inputs, nodes), opset));
}

void expect_refused(ErrorCode code, const std::string& text, const std::string& inputs, const std::string& nodes,
                    int opset) {
  SCOPED_TRACE(nodes);
  expect_error(code, text, [&] { import_text(one_output(inputs, nodes), opset); });
}

}  // namespace exeunt::testing
