#include "plan/plan_info.h"

#include "graph/placement.h"

namespace exeunt {

PlanInfo describe(const Graph& graph) {
  PlanInfo info;
  for (const ValueId v : graph.inputs)
    info.inputs.push_back({graph.value(v).name, caller_type(graph.value(v)), graph.value(v).order});
  info.outputs = graph.output_names;
  const std::vector<double> macs = path_macs(graph);
  for (const TreeId id : tree_order(graph)) {
    const TreeNode& node = graph.tree[static_cast<std::size_t>(id)];
    if (const auto* decision = std::get_if<Decision>(&node)) {
      const bool tunable = is_tunable(decision->criterion);
      info.decisions.push_back(
          {decision->name, std::string(criterion_kind_name(decision->criterion)), decision->threshold, tunable,
           std::string(combine_name(decision->combine)), tunable && decision->probabilities,
           tunable ? graph.type(decision->input).shape.elements() : 0, decision->temperature, decision->enabled});
      continue;
    }
    const auto& exit = std::get<Exit>(node);
    ExitInfo& entry = info.exits.emplace_back();
    for (const ValueId v : exit.outputs) entry.outputs.push_back(graph.type(v));
    entry.classes = exit.prediction.classes;
    entry.macs = macs[info.exits.size() - 1];
  }
  return info;
}

}  // namespace exeunt
