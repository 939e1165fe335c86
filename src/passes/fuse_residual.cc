#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// What depends on the convolution itself cannot be its operand; it would be a second use of it.
bool takes_residual(const Graph& graph, const Node& conv, ValueId residual) {
  return std::get<ops::Conv>(conv.op).activation == ops::Activation::none && conv.inputs.size() <= 3 &&
         graph.type(residual) == graph.type(conv.output) && graph.constant(residual) == nullptr;
}

}  // namespace

int fuse_residual(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node add = graph.node(id);
    const auto* binary = std::get_if<ops::Binary>(&add.op);
    if (binary == nullptr || binary->fn != ops::BinaryFn::Add) continue;
    // Of two convolutions the one with more work takes the other as its residual: what is cheap to
    // wait for is waited for. On a tie, the first.
    const Node* best = nullptr;
    std::size_t best_operand = 0;
    double best_work = -1;
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const Node* conv = rewriter.sole_producer<ops::Conv>(add.inputs[i]);
      if (conv == nullptr || !takes_residual(graph, *conv, add.inputs[1 - i])) continue;
      const double work = count_macs(conv->op, graph.operand_types(*conv), graph.type(conv->output));
      if (work > best_work) best = conv, best_operand = i, best_work = work;
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
