#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// The op with the function as its activation; nothing if it has one already, or can have none.
std::optional<Op> with_activation(const Op& op, const ops::Unary& function) {
  Op fused = op;
  const bool set = std::visit(
      [&](auto& o) {
        if constexpr (requires { o.activation; }) {
          if (o.activation != ops::Activation::none) return false;
          o.activation = ops::activation_of(function.fn);
          o.activation_alpha = function.alpha;
          o.activation_beta = function.beta;
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
    const Node function = graph.node(id);
    const auto* unary = std::get_if<ops::Unary>(&function.op);
    if (unary == nullptr || ops::activation_of(unary->fn) == ops::Activation::none) continue;
    const Node* producer = rewriter.uses(function.inputs[0]) == 1 ? graph.producer(function.inputs[0]) : nullptr;
    if (producer == nullptr || !is_float(graph.type(function.output).dtype)) continue;
    const std::vector<ValueId> operands = producer->inputs;
    if (const auto fused = with_activation(producer->op, *unary)) {
      rewriter.replace_by_node(function, *fused, operands);
    }
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
