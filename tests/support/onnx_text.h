#pragma once

#include <fmt/format.h>
#include <onnx/defs/parser.h>

#include <stdexcept>
#include <string>

#include "graph/text.h"
#include "onnx/import.h"
#include "support/expect_error.h"

/// Models written in ONNX's text syntax, as specifications of the import.
namespace exeunt::testing {

/// A model with this graph: "g (float[1,3] x) => (float[1,3] y) { y = Relu(x) }".
inline onnx::ModelProto model_of(const std::string& graph, int opset = 17) {
  const std::string text = fmt::format("<ir_version: 8, opset_import: [\"\" : {}]> {}", opset, graph);
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage() + "\n" + text);
  return model;
}

inline Graph import_text(const std::string& graph, int opset = 17, const ImportOptions& options = {},
                         ImportNotes* notes = nullptr) {
  return import_onnx(model_of(graph, opset), options, notes);
}

/// A graph with one output `y` of no stated type; `inputs` may hold initializers: "float[3] w = {1, 2, 3}".
inline std::string one_output(const std::string& inputs, const std::string& nodes) {
  return fmt::format("g ({}) => (float[] y) {{ {} }}", inputs, nodes);
}

/// What the file's nodes became: constants and nodes of the imported graph, a line each, without names.
inline std::string nodes_text(const Graph& graph) {
  const std::string all = print_graph(graph, {.max_constant_elements = 16, .node_names = false});
  std::string nodes;
  for (std::size_t at = 0, end = 0; at < all.size(); at = end + 1) {
    end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    if (line.starts_with('%') || line.starts_with("const ")) nodes += (nodes.empty() ? "" : "\n") + line;
  }
  return nodes;
}

/// nodes_text of a graph with output `y`.
inline std::string imported(const std::string& inputs, const std::string& nodes, int opset = 17) {
  return nodes_text(import_text(one_output(inputs, nodes), opset));
}

/// Expects that a graph with output `y` is refused with this code and text.
inline void expect_refused(ErrorCode code, const std::string& text, const std::string& inputs, const std::string& nodes,
                           int opset = 17) {
  SCOPED_TRACE(nodes);
  expect_error(code, text, [&] { import_text(one_output(inputs, nodes), opset); });
}

}  // namespace exeunt::testing
