#include "passes/match.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

int recognize_softplus(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    const Node* log = made_by(graph, last.output, ops::UnaryFn::Log);
    const auto sum = log == nullptr ? std::nullopt : with_number(graph, log->inputs[0], ops::BinaryFn::Add, true);
    const Node* exponential = sum && sum->number == 1 ? made_by(graph, sum->x, ops::UnaryFn::Exp) : nullptr;
    if (exponential == nullptr || !rewriter.only_for(last, {log->inputs[0], sum->x})) continue;
    const ValueId x = exponential->inputs[0];
    rewriter.replace_by_node(last, ops::Unary{ops::UnaryFn::Softplus}, {x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
