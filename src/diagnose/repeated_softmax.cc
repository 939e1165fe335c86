#include <fmt/format.h>

#include <cmath>

#include "base/shape.h"
#include "diagnose/checks.h"
#include "diagnose/walk.h"
#include "graph/placement.h"

namespace exeunt::checks {

namespace {

struct Placed {
  const Node* node;
  TreeId at;
};

std::vector<Placed> softmaxes(const Graph& graph) {
  const std::vector<TreeId> places = place_nodes(graph);
  std::vector<Placed> found;
  for (const NodeId id : execution_order(graph)) {
    if (std::holds_alternative<ops::Softmax>(graph.node(id).op))
      found.push_back({&graph.node(id), places[static_cast<std::size_t>(id)]});
  }
  return found;
}

/// Whether both compute the same numbers: one row of the same scores.
bool alike(const Graph& graph, const Node& a, const Node& b) {
  const auto is_row = [&](const Node& node) {
    return softmax_classes(graph, node) == graph.type(node.output).shape.elements();
  };
  return is_row(a) && is_row(b) && skip_views(graph, a.inputs[0]) == skip_views(graph, b.inputs[0]);
}

bool on_one_path(const std::vector<TreeId>& parents, TreeId a, TreeId b) {
  const auto is_above = [&](TreeId upper, TreeId lower) {
    while (lower != kNoTree && lower != upper) lower = parents[static_cast<std::size_t>(lower)];
    return lower == upper;
  };
  return is_above(a, b) || is_above(b, a);
}

struct Repeat {
  const Node* first;
  const Node* again;
};

std::vector<Repeat> repeats(const Graph& graph) {
  const std::vector<TreeId> parents = tree_parents(graph);
  const std::vector<Placed> all = softmaxes(graph);
  std::vector<Repeat> found;
  for (std::size_t j = 1; j < all.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      if (!alike(graph, *all[i].node, *all[j].node) || !on_one_path(parents, all[i].at, all[j].at)) continue;
      found.push_back({all[i].node, all[j].node});
      break;
    }
  }
  return found;
}

}  // namespace

void repeated_softmax(const Subject& subject, std::vector<Warning>& warnings) {
  const bool kept_once = repeats(subject.canonical).empty();
  for (const Repeat& repeat : repeats(subject.imported)) {
    warnings.push_back({"repeated_softmax", repeat.again->name,
                        fmt::format("the softmax of '{}' is computed a second time", repeat.first->name),
                        kept_once ? "Exeunt computes it once; other engines may not"
                                  : "use the probabilities that are there already"});
  }
  for (const Placed& placed : softmaxes(subject.imported)) {
    const Node* inner = made_by<ops::Softmax>(subject.imported, placed.node->inputs[0]);
    if (inner == nullptr) continue;
    const auto classes = static_cast<double>(softmax_classes(subject.imported, *placed.node));
    // One probability of 1, the others 0: the surest there is.
    const double most = std::exp(1.0) / (std::exp(1.0) + classes - 1);
    warnings.push_back({"softmax_of_softmax", placed.node->name,
                        fmt::format("it is a softmax of the softmax '{}': of {:.0f} classes none gets over {:.3g}",
                                    inner->name, classes, most),
                        "take one of them out; the loss function may hold one already"});
  }
}

}  // namespace exeunt::checks
