#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// The op with its activation set; nothing if it has one or none to set.
std::optional<Op> with_activation(const Op& op, ops::Activation activation) {
  Op fused = op;
  const bool set = std::visit(
      [&](auto& o) {
        if constexpr (requires { o.activation; }) {
          if (o.activation != ops::Activation::none) return false;
          o.activation = activation;
          return true;
        }
        return false;
      },
      fused);
  return set ? std::optional(fused) : std::nullopt;
}

}  // namespace

int fuse_activation(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node relu = graph.node(id);
    const auto* unary = std::get_if<ops::Unary>(&relu.op);
    if (unary == nullptr || unary->fn != ops::UnaryFn::Relu || !is_float(graph.type(relu.output).dtype)) continue;
    const Node* producer = rewriter.sole_producer<ops::Conv>(relu.inputs[0]);
    if (producer == nullptr) producer = rewriter.sole_producer<ops::Gemm>(relu.inputs[0]);
    if (producer == nullptr) continue;
    const std::vector<ValueId> operands = producer->inputs;
    if (const auto fused = with_activation(producer->op, ops::Activation::relu))
      rewriter.replace_by_node(relu, *fused, operands);
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
