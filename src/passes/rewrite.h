#pragma once

#include <algorithm>
#include <utility>

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

  /// Whether anything that counts still needs `v`.
  bool is_used(ValueId v) const { return uses_[static_cast<std::size_t>(v)] > 0; }

  /// `from` is used no longer; everything uses `to`.
  void replace(ValueId from, ValueId to) {
    graph_.replace_uses(from, to);
    std::vector<int> before = std::exchange(uses_, count_uses(graph_));
    before.resize(uses_.size());
    credit(from, to, before);
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
  /// The node that makes `to` does the work of those that nothing needs any more now that `from` is gone.
  void credit(ValueId from, ValueId to, const std::vector<int>& before) {
    if (graph_.producer(to) == nullptr) return;
    Node& heir = graph_.node(graph_.value(to).producer);
    std::vector<std::string> names;
    std::vector<ValueId> stack = {from};
    while (!stack.empty()) {
      const ValueId v = stack.back();
      stack.pop_back();
      const Node* gone = graph_.producer(v);
      if (gone == nullptr || v == to || is_used(v) || (v != from && before[static_cast<std::size_t>(v)] == 0)) continue;
      names.push_back(gone->name);
      names.insert(names.end(), gone->absorbed.rbegin(), gone->absorbed.rend());
      stack.insert(stack.end(), gone->inputs.begin(), gone->inputs.end());
    }
    // The walk went upwards: operands come last.
    std::ranges::reverse(names);
    names.insert(names.begin(), heir.absorbed.begin(), heir.absorbed.end());
    heir.absorbed.clear();
    for (std::string& name : names) {
      const bool known = name == heir.name || std::ranges::find(heir.absorbed, name) != heir.absorbed.end();
      if (!known && !name.empty()) heir.absorbed.push_back(std::move(name));
    }
  }

  Graph& graph_;
  std::vector<int> uses_;
  int rewrites_ = 0;
};

}  // namespace exeunt
