#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// The activation of an op that takes a residual; nothing for others.
std::optional<ops::Activation> activation_before(const Op& op) {
  if (const auto* conv = std::get_if<ops::Conv>(&op)) return conv->activation;
  if (const auto* product = std::get_if<ops::MatMul>(&op)) return product->activation;
  return std::nullopt;
}

/// What depends on the node itself cannot be its operand; it would be a second use of it.
bool takes_residual(const Graph& graph, const Node& node, ValueId residual) {
  return activation_before(node.op) == ops::Activation::none && node.inputs.size() <= 3 &&
         graph.type(residual) == graph.type(node.output) && graph.constant(residual) == nullptr;
}

}  // namespace

int fuse_residual(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node add = graph.node(id);
    const auto* binary = std::get_if<ops::Binary>(&add.op);
    if (binary == nullptr || binary->fn != ops::BinaryFn::Add) continue;
    // Of two the one with more work takes the other as its residual: what is cheap to wait for is waited for. On a
    // tie, the first.
    const Node* best = nullptr;
    std::size_t best_operand = 0;
    double best_work = -1;
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const Node* node = rewriter.uses(add.inputs[i]) == 1 ? graph.producer(add.inputs[i]) : nullptr;
      if (node == nullptr || !takes_residual(graph, *node, add.inputs[1 - i])) continue;
      const double work = count_macs(node->op, graph.operand_types(*node), graph.type(node->output));
      if (work > best_work) best = node, best_operand = i, best_work = work;
    }
    if (best == nullptr) continue;
    std::vector<ValueId> operands = best->inputs;
    operands.resize(3, kNoValue);
    operands.push_back(add.inputs[1 - best_operand]);
    const Op op = best->op;
    rewriter.replace_by_node(add, op, std::move(operands));
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
