#pragma once

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <string>

#include "graph/text.h"
#include "onnx/import.h"
#include "support/expect_error.h"

/// Models written in ONNX's text syntax, as specifications of the import.
namespace exeunt::testing {

/// A model with this graph: "g (float[1,3] x) => (float[1,3] y) { y = Relu(x) }".
onnx::ModelProto model_of(const std::string& graph, int opset = 17);

Graph import_text(const std::string& graph, int opset = 17, const ImportOptions& options = {},
                  ImportNotes* notes = nullptr);

/// A graph with one output `y` of no stated type; `inputs` may hold initializers: "float[3] w = {1, 2, 3}".
std::string one_output(const std::string& inputs, const std::string& nodes);

/// What the file's nodes became: constants and nodes of the imported graph, a line each, without names.
std::string nodes_text(const Graph& graph);

/// nodes_text of a graph with output `y`.
std::string imported(const std::string& inputs, const std::string& nodes, int opset = 17);

/// Expects that a graph with output `y` is refused with this code and text.
void expect_refused(ErrorCode code, const std::string& text, const std::string& inputs, const std::string& nodes,
                    int opset = 17);

}  // namespace exeunt::testing
