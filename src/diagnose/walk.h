#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Walks up from `v` through nodes that keep every element: Identity, Reshape, Transpose, casts between floats.
ValueId skip_views(const Graph& graph, ValueId v);

/// The node that makes `v`, seen through views, if it is a T; else null.
template <class T>
const Node* made_by(const Graph& graph, ValueId v) {
  const Node* node = graph.producer(skip_views(graph, v));
  return node != nullptr && std::holds_alternative<T>(node->op) ? node : nullptr;
}

/// By value: whether it depends on `source`, or on any input of the graph for kNoValue. A shape depends on nothing.
std::vector<bool> dependents(const Graph& graph, ValueId source);

/// The decision at a tree position; null at an exit.
const Decision* decision_at(const Graph& graph, TreeId at);

/// The indices of the exits at or below a tree position, ascending.
std::vector<int> exits_below(const Graph& graph, TreeId at);

/// "exit 1", "exits 0, 2"
std::string exits_text(const std::vector<int>& exits);

/// The values along `axis` of a softmax: how many classes it has.
std::int64_t softmax_classes(const Graph& graph, const Node& softmax);

/// "97.3 %"
std::string share_text(double share);

}  // namespace exeunt
