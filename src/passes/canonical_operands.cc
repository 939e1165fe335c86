#include <algorithm>

#include "passes/passes.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

bool is_commutative(const Op& op) {
  using enum ops::BinaryFn;
  constexpr std::array kCommutative = {Add, And, BitwiseAnd, BitwiseOr, BitwiseXor, Max, Min, Mul, Or, Xor};
  const auto* binary = std::get_if<ops::Binary>(&op);
  return binary != nullptr && std::ranges::find(kCommutative, binary->fn) != kCommutative.end();
}

bool broadcasts(const Op& op) {
  return std::holds_alternative<ops::Binary>(op) || std::holds_alternative<ops::Compare>(op) ||
         std::holds_alternative<ops::Where>(op);
}

/// The shape without the axes of size 1 in front.
Shape trimmed(const Shape& shape) {
  const auto first = std::ranges::find_if(shape, [](std::int64_t dim) { return dim != 1; });
  return Shape(shape.dims().subspan(static_cast<std::size_t>(first - shape.begin())));
}

/// Constants without the axes that another operand gives the result anyway.
void trim_constants(Graph& graph, std::vector<ValueId>& operands, const Shape& result) {
  const auto gives_rank = [&](ValueId v) {
    return graph.constant(v) == nullptr && graph.type(v).shape.rank() == result.rank();
  };
  if (std::ranges::none_of(operands, gives_rank)) return;
  for (ValueId& v : operands) {
    const Tensor* constant = graph.constant(v);
    if (constant == nullptr) continue;
    const Shape shape = trimmed(constant->shape());
    if (shape != constant->shape()) v = graph.add_constant(reshaped(*constant, shape), graph.value(v).name);
  }
}

}  // namespace

int canonical_operands(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    if (!broadcasts(node.op) || !rewriter.is_used(node.output)) continue;
    std::vector<ValueId> operands = node.inputs;
    if (is_commutative(node.op) && graph.constant(operands[0]) != nullptr && graph.constant(operands[1]) == nullptr)
      std::swap(operands[0], operands[1]);
    trim_constants(graph, operands, graph.type(node.output).shape);
    if (operands != node.inputs) rewriter.replace_by_node(node, node.op, std::move(operands));
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
