#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// What passes ask of a graph while they rewrite it. Counts of uses are kept up to date as values are
/// replaced; nodes may be added to the graph besides, but not changed.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph), uses_(count_uses(graph)) {}

  /// The node that makes `v`, if it is a T and nothing else uses `v`; else null.
  template <class T>
  const Node* sole_producer(ValueId v) const {
    const Node* node = graph_.producer(v);
    if (node == nullptr || uses(v) != 1) return nullptr;
    return std::holds_alternative<T>(node->op) ? node : nullptr;
  }

  /// How often anything that counts uses `v`; a value made since, nothing.
  int uses(ValueId v) const {
    const auto at = static_cast<std::size_t>(v);
    return at < uses_.size() ? uses_[at] : 0;
  }

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
    find_new_users();
    const int moved = uses(from);
    change_uses(to, moved);
    for (const NodeId id : users_[static_cast<std::size_t>(from)]) {
      std::ranges::replace(graph_.node(id).inputs, from, to);
      users_[static_cast<std::size_t>(to)].push_back(id);
    }
    users_[static_cast<std::size_t>(from)].clear();
    graph_.replace_tree_uses(from, to);
    std::vector<NodeId> gone;
    change_uses(from, -moved, &gone);
    credit(to, gone);
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
  /// The node that makes `to` does the work of those that nothing needs any more.
  void credit(ValueId to, const std::vector<NodeId>& gone) {
    if (graph_.producer(to) == nullptr) return;
    Node& heir = graph_.node(graph_.value(to).producer);
    const auto add = [&](const std::string& name) {
      const bool known =
          name.empty() || name == heir.name || std::ranges::find(heir.absorbed, name) != heir.absorbed.end();
      if (!known) heir.absorbed.push_back(name);
    };
    // Operands come first.
    for (auto id = gone.rbegin(); id != gone.rend(); ++id) {
      const Node& node = graph_.node(*id);
      std::ranges::for_each(node.absorbed, add);
      add(node.name);
    }
  }

  void find_new_users() {
    uses_.resize(graph_.values.size());
    users_.resize(graph_.values.size());
    for (; known_nodes_ < graph_.nodes.size(); ++known_nodes_) {
      for (const ValueId v : graph_.nodes[known_nodes_].inputs) {
        if (v != kNoValue) users_[static_cast<std::size_t>(v)].push_back(static_cast<NodeId>(known_nodes_));
      }
    }
  }

  /// `times` more uses, or fewer. The first use of a value makes its producer count, the last one ends that.
  /// `gone` gets the nodes that count no longer, users before the nodes that they used.
  void change_uses(ValueId first, int times, std::vector<NodeId>* gone = nullptr) {
    if (times == 0) return;
    std::vector<ValueId> changing = {first};
    for (int by = times; !changing.empty(); by = times > 0 ? 1 : -1) {
      const ValueId v = changing.back();
      changing.pop_back();
      int& count = uses_[static_cast<std::size_t>(v)];
      const bool was_used = count > 0;
      count += by;
      const Node* producer = graph_.producer(v);
      if (producer == nullptr || was_used == (count > 0)) continue;
      if (gone != nullptr) gone->push_back(graph_.value(v).producer);
      for (const ValueId operand : producer->inputs) {
        if (operand != kNoValue) changing.push_back(operand);
      }
    }
  }

  Graph& graph_;
  std::vector<int> uses_;
  std::vector<std::vector<NodeId>> users_;  // also of nodes that do not count
  std::size_t known_nodes_ = 0;
  int rewrites_ = 0;
};

}  // namespace exeunt
