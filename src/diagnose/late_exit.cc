#include <fmt/format.h>

#include <algorithm>

#include "diagnose/checks.h"
#include "diagnose/walk.h"
#include "graph/placement.h"

namespace exeunt::checks {

void late_exit(const Subject& subject, std::vector<Warning>& warnings) {
  constexpr double kLeastSaving = 0.1;
  const Graph& graph = subject.canonical;
  const std::vector<double> macs = path_macs(graph);
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr || decision_at(graph, decision->leave) != nullptr) continue;
    const std::vector<int> exit = exits_below(graph, decision->leave);
    double most = 0;
    for (const int later : exits_below(graph, decision->stay))
      most = std::max(most, macs[static_cast<std::size_t>(later)]);
    const double paid = macs[static_cast<std::size_t>(exit.front())];
    if (most <= 0 || paid <= (1 - kLeastSaving) * most) continue;
    const std::string message =
        paid < most ? fmt::format("{} comes after {} of the MACs of the longest path: leaving there saves {}",
                                  exits_text(exit), share_text(paid / most), share_text(1 - paid / most))
                    : fmt::format(
                          "{} takes as many MACs as the longest path behind its decision: leaving there saves "
                          "nothing",
                          exits_text(exit));
    warnings.push_back({"late_exit", decision->name, message, "put the exit earlier, or take it out"});
  }
}

}  // namespace exeunt::checks
