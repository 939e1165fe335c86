#include <fmt/format.h>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

/// How many probabilities add up to 1 in what a max_prob decision looks at.
std::int64_t classes_of(const Graph& graph, const Decision& decision) {
  const Node* softmax = made_by<ops::Softmax>(graph, decision.input);
  return softmax == nullptr ? graph.type(decision.input).shape.elements() : softmax_classes(graph, *softmax);
}

}  // namespace

void threshold(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.canonical;
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr || !std::holds_alternative<MaxProb>(decision->criterion)) continue;
    if (decision->threshold >= 1) {
      warnings.push_back({"threshold_never", decision->name,
                          fmt::format("no probability exceeds a threshold of {}: {} can never be chosen",
                                      decision->threshold, exits_text(exits_below(graph, decision->leave))),
                          "choose a threshold below 1, or pick one from data with tune"});
    }
    const std::int64_t classes = classes_of(graph, *decision);
    const double least = 1.0 / static_cast<double>(classes);
    // Thresholds are f32, and the nearest one to 1/classes may lie above it.
    if (decision->threshold <= static_cast<float>(least)) {
      warnings.push_back(
          {"threshold_always", decision->name,
           fmt::format("the largest of {} probabilities is at least {:.3g}: with a threshold of {} every "
                       "sample leaves, and {} can never be chosen",
                       classes, least, decision->threshold, exits_text(exits_below(graph, decision->stay))),
           fmt::format("choose a threshold above {:.3g}, or pick one from data with tune", least)});
    }
  }
}

}  // namespace exeunt::checks
