#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

/// MACs of the node that makes `v` and of all that is computed for it; what was seen before does not count again.
double take_macs(const Graph& graph, ValueId v, const std::set<NodeId>& live, std::set<NodeId>& seen) {
  double macs = 0;
  std::vector<ValueId> stack = {v};
  while (!stack.empty()) {
    const Node* node = graph.producer(stack.back());
    stack.pop_back();
    if (node == nullptr) continue;
    const NodeId id = graph.value(node->output).producer;
    if (live.contains(id) || !seen.insert(id).second) continue;
    macs += count_macs(node->op, graph.operand_types(*node), graph.type(node->output));
    stack.insert(stack.end(), node->inputs.begin(), node->inputs.end());
  }
  return macs;
}

/// Results of the file that no output, decision or other node needs, if there is work behind them.
void report_dead_work(const Graph& graph, std::vector<Warning>& warnings) {
  const std::vector<NodeId> order = execution_order(graph);
  const std::set<NodeId> live(order.begin(), order.end());
  if (live.size() == graph.nodes.size()) return;
  const std::vector<bool> depends = dependents(graph, kNoValue);
  std::vector<bool> used(graph.values.size());
  for (const Node& node : graph.nodes) {
    for (const ValueId v : node.inputs) {
      if (v != kNoValue) used[static_cast<std::size_t>(v)] = true;
    }
  }
  std::set<NodeId> seen;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes.size()); ++id) {
    const Node& node = graph.node(id);
    const auto at = static_cast<std::size_t>(node.output);
    if (live.contains(id) || used[at] || !depends[at]) continue;
    const double macs = take_macs(graph, node.output, live, seen);
    if (macs <= 0) continue;
    warnings.push_back({"unused_head", node.name,
                        fmt::format("nothing uses its result; {:.0f} MACs are computed for it alone", macs),
                        "Exeunt drops them; if it is a head, the export lost its conditional or its output"});
  }
}

/// A classifier that decides, while the exit behind it answers with another one's scores.
void report_silent_head(const Graph& graph, const Decision& decision, std::vector<Warning>& warnings) {
  if (!is_tunable(decision.criterion) || decision_at(graph, decision.leave) != nullptr) return;
  const Node* softmax = decision.probabilities ? made_by<ops::Softmax>(graph, decision.input) : nullptr;
  if (decision.probabilities && softmax == nullptr) return;
  const std::int64_t classes =
      softmax != nullptr ? softmax_classes(graph, *softmax) : graph.type(decision.input).shape.elements();
  const ValueId logits = softmax != nullptr ? softmax->inputs[0] : decision.input;
  const auto& exit = std::get<Exit>(graph.tree[static_cast<std::size_t>(decision.leave)]);
  if (exit.prediction.classes != classes) return;
  const std::vector<bool> depends = dependents(graph, skip_views(graph, logits));
  if (std::ranges::any_of(exit.outputs, [&](ValueId v) { return depends[static_cast<std::size_t>(v)]; })) return;
  warnings.push_back(
      {"unused_head", decision.name,
       fmt::format("it looks at the scores of '{}', but {} answers with another head's: the early head's "
                   "own answer is never used",
                   graph.value(decision.input).name, exits_text(exits_below(graph, decision.leave))),
       "let the arm for sure samples return the scores that the decision looked at"});
}

}  // namespace

void unused_head(const Subject& subject, std::vector<Warning>& warnings) {
  report_dead_work(subject.imported, warnings);
  for (const TreeId at : tree_order(subject.canonical)) {
    if (const Decision* decision = decision_at(subject.canonical, at))
      report_silent_head(subject.canonical, *decision, warnings);
  }
}

}  // namespace exeunt::checks
