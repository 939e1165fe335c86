#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

int collapse_reshapes(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    if (!std::holds_alternative<ops::Reshape>(node.op) || !rewriter.is_used(node.output)) continue;
    const Node* inner = graph.producer(node.inputs[0]);
    if (inner == nullptr || !std::holds_alternative<ops::Reshape>(inner->op)) continue;
    const ValueId x = inner->inputs[0];
    rewriter.replace_by_node(node, node.op, {x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
