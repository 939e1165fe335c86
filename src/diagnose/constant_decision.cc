#include <fmt/format.h>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

void constant_decision(const Subject& subject, std::vector<Warning>& warnings) {
  constexpr const char* kHint =
      "the exporter froze the test; look at how the condition is computed, and export it from the scores themselves";
  for (const std::string& name : subject.notes.constant_conditions) {
    warnings.push_back({"constant_decision", name,
                        "the condition is a constant: one arm always runs, the other one was dropped", kHint});
  }
  const Graph& graph = subject.canonical;
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr || graph.constant(decision->input) == nullptr) continue;
    const TensorView view = graph.constant(decision->input)->view();
    if (decision->criterion == Criterion::patience) continue;
    const Scorer scorer =
        make_scorer(decision->criterion, decision->probabilities, view.dtype(), decision->temperature);
    const bool leaves = decision->enabled && scorer(view) > decision->threshold;
    warnings.push_back({"constant_decision", decision->name,
                        fmt::format("the decision folds to a constant: every sample goes to {}",
                                    exits_text(exits_below(graph, leaves ? decision->leave : decision->stay))),
                        kHint});
  }
}

}  // namespace exeunt::checks
