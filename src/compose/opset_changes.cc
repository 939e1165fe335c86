#include "compose/opset_changes.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace exeunt {

namespace {

/// Versions above 11 from which a node as written before would mean something else, or nothing; 0 for none. Wider types
/// and new attributes with a default that keeps the old meaning do not count.
struct Changes {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

const std::unordered_map<std::string, Changes>& known_changes() {
  static const std::unordered_map<std::string, Changes> changes = [] {
    std::unordered_map<std::string, Changes> map;
    for (const char* same : {"Abs",
                             "Add",
                             "And",
                             "ArgMax",
                             "ArgMin",
                             "AveragePool",
                             "Cast",
                             "Ceil",
                             "Clip",
                             "Concat",
                             "Constant",
                             "ConstantOfShape",
                             "Conv",
                             "Cos",
                             "DepthToSpace",
                             "Div",
                             "Elu",
                             "Equal",
                             "Erf",
                             "Exp",
                             "Expand",
                             "Flatten",
                             "Floor",
                             "Gather",
                             "Gemm",
                             "Gelu",
                             "GlobalMaxPool",
                             "Greater",
                             "HardSigmoid",
                             "GreaterOrEqual",
                             "HardSwish",
                             "Identity",
                             "LeakyRelu",
                             "Less",
                             "LessOrEqual",
                             "GlobalAveragePool",
                             "Log",
                             "LRN",
                             "MatMul",
                             "Max",
                             "MaxPool",
                             "InstanceNormalization",
                             "Min",
                             "Mul",
                             "Neg",
                             "Not",
                             "Or",
                             "LayerNormalization",
                             "PRelu",
                             "Pad",
                             "Pow",
                             "Reciprocal",
                             "Relu",
                             "BatchNormalization",
                             "Reshape",
                             "Selu",
                             "Shape",
                             "Sigmoid",
                             "Sin",
                             "Slice",
                             "Softplus",
                             "Sqrt",
                             "Sub",
                             "Sum",
                             "Tanh",
                             "Tile",
                             "Transpose",
                             "Where",
                             "QuantizeLinear",
                             "DequantizeLinear"})
      map[same] = {};
    for (const char* reduction : {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
                                  "ReduceMin", "ReduceProd", "ReduceSumSquare"})
      map[reduction] = {18, 0};                                                               // axes became an operand
    for (const char* shaped : {"ReduceSum", "Squeeze", "Unsqueeze"}) map[shaped] = {13, 0};   // axes became an operand
    for (const char* softmax : {"Softmax", "LogSoftmax", "Hardmax"}) map[softmax] = {13, 0};  // one axis, not a matrix
    map["Dropout"] = {12, 0};  // the ratio became an operand
    map["Split"] = {13, 18};   // sizes became an operand; equal parts have to be counted
    return map;
  }();
  return changes;
}

bool means_the_same(const onnx::NodeProto& node, std::int64_t from, std::int64_t to) {
  const auto known = known_changes().find(node.op_type());
  if (known == known_changes().end()) return false;
  const auto crossed = [&](std::int64_t version) { return from < version && version <= to; };
  if (crossed(known->second.first) || crossed(known->second.second)) return false;
  // What the last window of a pool with ceil_mode holds was stated anew in opsets 19 and 22.
  return std::ranges::none_of(
      node.attribute(), [](const auto& attribute) { return attribute.name() == "ceil_mode" && attribute.i() != 0; });
}

}  // namespace

std::string changed_operator(const onnx::GraphProto& graph, std::int64_t from, std::int64_t to) {
  for (const auto& node : graph.node()) {
    bool inner_graphs = false;
    for (const auto& attribute : node.attribute()) {
      if (!attribute.has_g()) continue;
      inner_graphs = true;
      if (std::string changed = changed_operator(attribute.g(), from, to); !changed.empty()) return changed;
    }
    if (!inner_graphs && !means_the_same(node, from, to)) return node.op_type();
  }
  return {};
}

}  // namespace exeunt
