#include "graph/constant_eval.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

constexpr std::size_t kLargeBytes = std::size_t{16} << 20;

bool grows_too_much(const Graph& graph, const Node& node) {
  std::size_t operands = 0;
  for (const ValueId v : node.inputs) operands += v == kNoValue ? 0 : graph.type(v).bytes();
  const std::size_t result = graph.type(node.output).bytes();
  return result > kLargeBytes && result > operands;
}

}  // namespace

int fold_constants(Graph& graph) {
  int folded = 0;
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    if (grows_too_much(graph, node)) continue;
    auto result = evaluate_node(graph, node);
    if (result == nullptr) continue;
    Value& value = graph.value(node.output);
    value.constant = std::move(result);
    value.producer = kNoNode;
    graph.node(id).output = kNoValue;
    ++folded;
  }
  std::erase_if(graph.nodes, [](const Node& node) { return node.output == kNoValue; });
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    graph.value(graph.nodes[i].output).producer = static_cast<NodeId>(i);
  }
  return folded;
}

}  // namespace exeunt
