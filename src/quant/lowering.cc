#include "quant/lowering.h"

#include <algorithm>

#include "base/half.h"
#include "graph/only_moves.h"
#include "ops/clamp_bounds.h"
#include "quant/quantize_weights.h"

namespace exeunt {

namespace {

std::string refuse_conv(const Graph& graph, const Node& node, const ops::Conv& op) {
  if (op.group != 1) return "groups";
  if (op.strides.size() > 2) return "three spatial axes";
  if (!ops::clamp_bounds(op)) return "an activation other than Relu and Clip";
  if (graph.constant(node.inputs[1]) == nullptr || (has_operand(node, 2) && graph.constant(node.inputs[2]) == nullptr))
    return "weights that are computed at run time";
  if (has_operand(node, 4)) return "a scale behind the sum";
  return {};
}

std::string refuse_gemm(const Graph& graph, const Node& node, const ops::Gemm& op) {
  if (op.trans_a || graph.type(node.inputs[0]).shape[0] != 1) return "more than one row";
  if (op.alpha != 1 || (has_operand(node, 2) && op.beta != 1)) return "factors beside the product";
  if (!ops::clamp_bounds(op)) return "an activation other than Relu and Clip";
  const Tensor* bias = has_operand(node, 2) ? graph.constant(node.inputs[2]) : nullptr;
  if (graph.constant(node.inputs[1]) == nullptr || (has_operand(node, 2) && bias == nullptr))
    return "weights that are computed at run time";
  if (bias != nullptr && bias->elements() != graph.type(node.output).shape[1]) return "a bias that is no row";
  return {};
}

}  // namespace

std::string refuse_lowered(const Graph& graph, const Node& node) {
  const auto* conv = std::get_if<ops::Conv>(&node.op);
  const auto* gemm = std::get_if<ops::Gemm>(&node.op);
  if (conv == nullptr && gemm == nullptr) return "neither a convolution nor a product";
  if (graph.type(node.output).dtype != DType::f32) return "floats other than f32";
  if (graph.type(node.inputs[1]).dtype != DType::f32) return "weights other than f32";
  return conv != nullptr ? refuse_conv(graph, node, *conv) : refuse_gemm(graph, node, *gemm);
}

std::vector<bool> values_read_by(const Graph& graph, const std::vector<bool>& chosen) {
  const auto at = [](std::int32_t id) { return static_cast<std::size_t>(id); };
  std::vector<bool> read(graph.values.size());
  const std::vector<NodeId> order = execution_order(graph);
  // Users come before what they use.
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const Node& node = graph.node(*id);
    if (chosen[at(*id)]) {
      read[at(node.inputs[0])] = true;
      if (std::holds_alternative<ops::Conv>(node.op) && has_operand(node, 3)) read[at(node.inputs[3])] = true;
    } else if (read[at(node.output)] && only_moves(node)) {
      read[at(node.inputs[0])] = true;
    }
  }
  return read;
}

Tensor halved(const Tensor& floats, DType half) {
  Tensor result({half, floats.shape()});
  dispatch(half, [&]<class T>(TypeTag<T>) {
    std::ranges::transform(floats.span<float>(), result.mutable_span<T>().begin(),
                           [](float x) { return convert<T>(x); });
  });
  return result;
}

Tensor filters_of(const Graph& graph, const Node& product) {
  const Tensor& matrix = *graph.constant(product.inputs[1]);
  return std::get<ops::Gemm>(product.op).trans_b ? as_filters(matrix) : transposed(matrix);
}

}  // namespace exeunt
