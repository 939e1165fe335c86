#pragma once

#include <exeunt/tools/compose.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "onnx/import.h"
#include "support/onnx_text.h"
#include "support/run_graph.h"
#include "support/temp_dir.h"
#include "support/tensors.h"

/// Small networks for the tests of this folder.
namespace exeunt::testing {

/// Two heads: a = softmax(x), b = softmax(2 x reversed).
inline const std::string kTwoHeads =
    "g (float[N,3] x) => (float[N,3] a, float[N,3] b) <float[3,3] w = {0, 0, 2, 0, 2, 0, 2, 0, 0}>"
    " { a = Softmax(x) h = MatMul(x, w) b = Softmax(h) }";

inline std::filesystem::path save_onnx(const TempDir& folder, const std::string& name, const onnx::ModelProto& model) {
  return folder.write(name, model.SerializeAsString());
}
inline std::filesystem::path save_onnx(const TempDir& folder, const std::string& name, const std::string& graph,
                                       int opset = 17) {
  return save_onnx(folder, name, model_of(graph, opset));
}

/// max_prob at this threshold, for all decisions.
inline ComposeOptions leaves_above(float threshold) { return {.settings = {{.threshold = threshold}}}; }

/// What a file answers to one sample.
inline Answer answer_of(const std::filesystem::path& file, const std::vector<double>& x) {
  const Graph graph = import_onnx(file, {});
  const TensorType& type = graph.type(graph.inputs.front());
  const Tensor input = tensor(type.dtype, type.shape, x);
  return run_graph(graph, {OpInput(input)});
}

inline std::vector<std::string> ops_of(const onnx::GraphProto& graph) {
  std::vector<std::string> ops;
  for (const auto& node : graph.node()) ops.push_back(node.op_type());
  return ops;
}

/// The else-arm (or then-arm) of a graph's last node, an `If`.
inline const onnx::GraphProto& arm_of_last(const onnx::GraphProto& graph, const std::string& arm = "else_branch") {
  const auto& node = graph.node(graph.node_size() - 1);
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == arm) return attribute.g();
  }
  throw std::runtime_error("no " + arm);
}

}  // namespace exeunt::testing
