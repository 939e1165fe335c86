#include <fmt/format.h>

#include "diagnose/checks.h"
#include "diagnose/walk.h"
#include "graph/placement.h"

namespace exeunt::checks {

namespace {

/// A way of `decision` that cannot be taken behind `earlier`, of which `left` says which way was taken; or kNoTree.
TreeId closed_way(const Decision& decision, const Decision& earlier, bool left) {
  const bool same_score = decision.input == earlier.input && decision.criterion == earlier.criterion &&
                          decision.temperature == earlier.temperature && earlier.enabled &&
                          decision.criterion != Criterion::patience;
  if (!same_score) return kNoTree;
  // Above the earlier threshold, or not above it: the score is the same.
  if (left) return decision.threshold <= earlier.threshold ? decision.stay : kNoTree;
  return decision.threshold >= earlier.threshold ? decision.leave : kNoTree;
}

}  // namespace

void unreachable_exit(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.canonical;
  const std::vector<TreeId> parents = tree_parents(graph);
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    TreeId from = at;
    for (TreeId up = parents[static_cast<std::size_t>(at)]; decision != nullptr && up != kNoTree;
         from = up, up = parents[static_cast<std::size_t>(up)]) {
      const Decision* earlier = decision_at(graph, up);
      const TreeId closed = closed_way(*decision, *earlier, earlier->leave == from);
      if (closed == kNoTree) continue;
      warnings.push_back({"unreachable_exit", decision->name,
                          fmt::format("'{}' has settled this score already: {} can never be chosen", earlier->name,
                                      exits_text(exits_below(graph, closed))),
                          "return everything from one conditional, or let the later one look at another head"});
      break;
    }
  }
}

}  // namespace exeunt::checks
