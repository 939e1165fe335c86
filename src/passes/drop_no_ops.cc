#include <algorithm>

#include "base/dtype.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// Whether `v` is a constant all of whose elements are `number`.
bool is_all(const Graph& graph, ValueId v, double number) {
  const Tensor* tensor = graph.constant(v);
  if (tensor == nullptr) return false;
  return dispatch(tensor->dtype(), [&]<class T>(TypeTag<T>) {
    return std::ranges::all_of(tensor->span<T>(), [&](T value) { return static_cast<double>(widen(value)) == number; });
  });
}

/// The operand that the node returns as it is, or kNoValue.
ValueId passed_through(const Graph& graph, const Node& node) {
  const auto same_type = [&](std::size_t i) {
    return graph.type(node.inputs[i]) == graph.type(node.output) ? node.inputs[i] : kNoValue;
  };
  if (const auto* unary = std::get_if<ops::Unary>(&node.op)) {
    return unary->fn == ops::UnaryFn::Identity ? node.inputs[0] : kNoValue;
  }
  if (std::holds_alternative<ops::Cast>(node.op) || std::holds_alternative<ops::Reshape>(node.op) ||
      std::holds_alternative<ops::Expand>(node.op)) {
    return same_type(0);
  }
  if (const auto* transpose = std::get_if<ops::Transpose>(&node.op)) {
    return std::ranges::is_sorted(transpose->perm) ? node.inputs[0] : kNoValue;
  }
  if (const auto* slice = std::get_if<ops::Slice>(&node.op)) {
    const bool forward = std::ranges::all_of(slice->steps, [](std::int64_t step) { return step == 1; });
    return forward ? same_type(0) : kNoValue;
  }
  if (const auto* pad = std::get_if<ops::Pad>(&node.op)) {
    return std::ranges::all_of(pad->pads, [](std::int64_t p) { return p == 0; }) ? node.inputs[0] : kNoValue;
  }
  if (std::holds_alternative<ops::Concat>(node.op)) return node.inputs.size() == 1 ? node.inputs[0] : kNoValue;
  const auto* binary = std::get_if<ops::Binary>(&node.op);
  if (binary == nullptr) return kNoValue;
  const bool adds = binary->fn == ops::BinaryFn::Add;
  const bool multiplies = binary->fn == ops::BinaryFn::Mul;
  if (adds && is_all(graph, node.inputs[0], 0)) return same_type(1);
  if ((adds || binary->fn == ops::BinaryFn::Sub) && is_all(graph, node.inputs[1], 0)) return same_type(0);
  if (multiplies && is_all(graph, node.inputs[0], 1)) return same_type(1);
  if ((multiplies || binary->fn == ops::BinaryFn::Div) && is_all(graph, node.inputs[1], 1)) return same_type(0);
  return kNoValue;
}

}  // namespace

int drop_no_ops(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const ValueId operand = passed_through(graph, graph.node(id));
    if (operand != kNoValue) rewriter.replace(graph.node(id).output, operand);
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
