#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

double macs_of(const Graph& graph, const Node& node) {
  return count_macs(node.op, graph.operand_types(node), graph.type(node.output));
}

/// Results of the file that no output, decision or other node needs, with the MACs of the nodes that only they need.
void report_dead_work(const Graph& graph, std::vector<Warning>& warnings) {
  const std::vector<NodeId> order = execution_order(graph);
  const std::set<NodeId> live(order.begin(), order.end());
  const std::vector<bool> depends = dependents(graph, kNoValue);
  std::vector<double> macs(graph.values.size());
  std::vector<bool> used(graph.values.size());
  // A sum may count what two dead results share twice; it is there to be more than nothing.
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes.size()); ++id) {
    const Node& node = graph.node(id);
    if (live.contains(id)) continue;
    double& sum = macs[static_cast<std::size_t>(node.output)];
    sum = macs_of(graph, node);
    for (const ValueId v : node.inputs) {
      if (v == kNoValue) continue;
      sum += macs[static_cast<std::size_t>(v)];
      used[static_cast<std::size_t>(v)] = true;
    }
  }
  for (const Node& node : graph.nodes) {
    const auto at = static_cast<std::size_t>(node.output);
    if (macs[at] <= 0 || used[at] || !depends[at]) continue;
    warnings.push_back({"unused_head", node.name,
                        fmt::format("nothing uses its result; {:.0f} MACs are computed for it alone", macs[at]),
                        "Exeunt drops them; if it is a head, the export lost its conditional or its output"});
  }
}

/// A classifier that decides, while the exit behind it answers with another one's scores.
void report_silent_head(const Graph& graph, const Decision& decision, std::vector<Warning>& warnings) {
  const Node* softmax = made_by<ops::Softmax>(graph, decision.input);
  if (softmax == nullptr || decision_at(graph, decision.leave) != nullptr) return;
  const auto& exit = std::get<Exit>(graph.tree[static_cast<std::size_t>(decision.leave)]);
  if (exit.prediction.classes != softmax_classes(graph, *softmax)) return;
  const std::vector<bool> depends = dependents(graph, skip_views(graph, softmax->inputs[0]));
  if (std::ranges::any_of(exit.outputs, [&](ValueId v) { return depends[static_cast<std::size_t>(v)]; })) return;
  warnings.push_back(
      {"unused_head", decision.name,
       fmt::format("it looks at the scores of '{}', but {} answers with another head's: the early head's "
                   "own answer is never used",
                   softmax->name, exits_text(exits_below(graph, decision.leave))),
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
