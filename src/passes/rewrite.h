#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "graph/graph.h"

namespace exeunt {

/// What passes ask of a graph while they rewrite it.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph), uses_(count_uses(graph)) {}

  /// The node that makes `v`, if it is a T and nothing else uses `v`; else null.
  template <class T>
  const Node* sole_producer(ValueId v) const {
    const Node* node = graph_.producer(v);
    if (node == nullptr || uses_[static_cast<std::size_t>(v)] != 1) return nullptr;
    return std::holds_alternative<T>(node->op) ? node : nullptr;
  }

  /// How often anything that counts uses `v`.
  int uses(ValueId v) const { return uses_[static_cast<std::size_t>(v)]; }

  /// Whether anything that counts still needs `v`.
  bool is_used(ValueId v) const { return uses(v) > 0; }

  /// Whether the results `between` are used by the nodes that make them and by `last` only, so that all of these nodes
  /// go when another takes the place of `last`.
  bool only_for(const Node& last, std::set<ValueId> between) const {
    between.erase(last.output);
    std::map<ValueId, int> inside;
    const auto count = [&](const Node& node) {
      for (const ValueId v : node.inputs) ++inside[v];
    };
    count(last);
    for (const ValueId v : between) {
      if (graph_.producer(v) != nullptr) count(*graph_.producer(v));
    }
    return std::ranges::all_of(between,
                               [&](ValueId v) { return graph_.producer(v) == nullptr || inside[v] == uses(v); });
  }

  /// `from` is used no longer; everything uses `to`.
  void replace(ValueId from, ValueId to) {
    graph_.replace_uses(from, to);
    uses_ = count_uses(graph_);
    ++rewrites_;
  }

  /// Adds a node where `old` stood and lets it take over. @return the new result
  ValueId replace_by_node(const Node& old, Op op, std::vector<ValueId> operands) {
    const ValueId from = old.output;
    const ValueId to = graph_.add_node(std::move(op), std::move(operands), old.name);
    graph_.value(to).name = graph_.value(from).name;
    replace(from, to);
    return to;
  }

  int rewrites() const noexcept { return rewrites_; }

 private:
  Graph& graph_;
  std::vector<int> uses_;
  int rewrites_ = 0;
};

}  // namespace exeunt
