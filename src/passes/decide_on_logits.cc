#include "graph/placement.h"
#include "passes/match.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

/// Decisions that look at each value as probabilities.
std::vector<int> count_lookers(const Graph& graph) {
  std::vector<int> lookers(graph.values.size());
  for (const TreeId id : tree_order(graph)) {
    const auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(id)]);
    const bool looks = decision != nullptr && is_tunable(decision->criterion) && decision->probabilities;
    if (looks) ++lookers[static_cast<std::size_t>(decision->input)];
  }
  return lookers;
}

/// Whether the node's row adds up to 1: it is all there is.
bool is_whole(const Graph& graph, const Node& softmax) {
  const Shape& shape = graph.type(softmax.output).shape;
  const std::int64_t axis = std::get<ops::Softmax>(softmax.op).axis;
  return shape[static_cast<int>(axis < 0 ? axis + shape.rank() : axis)] == shape.elements();
}

}  // namespace

int decide_on_logits(Graph& graph) {
  const std::vector<int> uses = count_uses(graph);
  const std::vector<int> lookers = count_lookers(graph);
  int rewrites = 0;
  for (TreeNode& node : graph.tree) {
    auto* decision = std::get_if<Decision>(&node);
    if (decision == nullptr || !is_tunable(decision->criterion) || !decision->probabilities) continue;
    const auto seen = static_cast<std::size_t>(decision->input);
    const Node* softmax = made_by<ops::Softmax>(graph, decision->input);
    if (softmax == nullptr || uses[seen] != lookers[seen] || !is_whole(graph, *softmax)) continue;
    decision->input = softmax->inputs[0];
    decision->probabilities = false;
    ++rewrites;
  }
  return rewrites;
}

}  // namespace exeunt
