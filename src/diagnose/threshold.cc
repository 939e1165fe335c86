#include <fmt/format.h>

#include <limits>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

/// How many probabilities add up to 1 in what a decision looks at.
std::int64_t classes_of(const Graph& graph, const Decision& decision) {
  const Node* softmax = made_by<ops::Softmax>(graph, decision.input);
  const bool given = decision.probabilities && softmax != nullptr;
  return given ? softmax_classes(graph, *softmax) : graph.type(decision.input).shape.elements();
}

/// What scores there can be, and how to speak of them.
struct Scores {
  double least;
  double most;
  std::string what;  ///< "the largest of 10 probabilities"
  const char* none;  ///< "no probability"
};

Scores scores_of(const Graph& graph, const Decision& decision) {
  const std::int64_t classes = classes_of(graph, decision);
  switch (decision.criterion) {
    case Criterion::margin:
      return {0, 1, "the margin", "no margin"};
    case Criterion::entropy:
      return {0, 1, "the entropy score", "no entropy score"};
    case Criterion::patience:
      // The first exits of a chain wait for more to agree.
      return {1, std::numeric_limits<double>::infinity(), "the number of exits that agree", "no number of exits"};
    default:
      return {1.0 / static_cast<double>(classes), 1, fmt::format("the largest of {} probabilities", classes),
              "no probability"};
  }
}

}  // namespace

void threshold(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.canonical;
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr || !is_tunable(decision->criterion) || !decision->enabled) continue;
    const Scores scores = scores_of(graph, *decision);
    if (static_cast<double>(decision->threshold) >= scores.most) {
      warnings.push_back(
          {"threshold_never", decision->name,
           fmt::format("{} exceeds a threshold of {}: {} can never be chosen", scores.none, decision->threshold,
                       exits_text(exits_below(graph, decision->leave))),
           fmt::format("choose a threshold below {:.3g}, or pick one from data with tune", scores.most)});
    }
    const bool can_be_least = decision->criterion != Criterion::max_prob;
    // Thresholds are f32, and the nearest one to 1/classes may lie above it.
    const auto least = static_cast<float>(scores.least);
    if (can_be_least ? decision->threshold < least : decision->threshold <= least) {
      warnings.push_back(
          {"threshold_always", decision->name,
           fmt::format("{} is at least {:.3g}: with a threshold of {} every sample leaves, and {} can "
                       "never be chosen",
                       scores.what, scores.least, decision->threshold, exits_text(exits_below(graph, decision->stay))),
           fmt::format("choose a threshold above {:.3g}, or pick one from data with tune", scores.least)});
    }
  }
}

}  // namespace exeunt::checks
