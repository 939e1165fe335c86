#include "graph/placement.h"

#include <algorithm>
#include <functional>

namespace exeunt {

namespace {

class Ancestors {
 public:
  explicit Ancestors(const Graph& graph) : parents_(tree_parents(graph)), depth_(parents_.size()) {
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      for (TreeId at = parents_[i]; at != kNoTree; at = parents_[static_cast<std::size_t>(at)]) ++depth_[i];
    }
  }

  TreeId lowest_common(TreeId a, TreeId b) const {
    if (a == kNoTree) return b;
    if (b == kNoTree) return a;
    while (a != b) {
      TreeId& deeper = depth_[static_cast<std::size_t>(a)] >= depth_[static_cast<std::size_t>(b)] ? a : b;
      deeper = parents_[static_cast<std::size_t>(deeper)];
    }
    return a;
  }

 private:
  std::vector<TreeId> parents_;
  std::vector<int> depth_;
};

std::vector<double> path_sums(const Graph& graph, const std::function<double(const Node&)>& cost) {
  const std::vector<TreeId> places = place_nodes(graph);
  std::vector<double> at(graph.tree.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] != kNoTree) at[static_cast<std::size_t>(places[i])] += cost(graph.nodes[i]);
  }
  const std::vector<TreeId> parents = tree_parents(graph);
  std::vector<double> sums;
  for (TreeId id : exits_of(graph)) {
    double sum = 0;
    for (; id != kNoTree; id = parents[static_cast<std::size_t>(id)]) sum += at[static_cast<std::size_t>(id)];
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace

std::vector<TreeId> tree_parents(const Graph& graph) {
  std::vector<TreeId> parents(graph.tree.size(), kNoTree);
  for (std::size_t i = 0; i < graph.tree.size(); ++i) {
    if (const auto* decision = std::get_if<Decision>(&graph.tree[i])) {
      parents[static_cast<std::size_t>(decision->leave)] = static_cast<TreeId>(i);
      parents[static_cast<std::size_t>(decision->stay)] = static_cast<TreeId>(i);
    }
  }
  return parents;
}

std::vector<TreeId> place_nodes(const Graph& graph) {
  const Ancestors ancestors(graph);
  std::vector<TreeId> places(graph.nodes.size(), kNoTree);
  const auto need = [&](ValueId v, TreeId at) {
    if (v == kNoValue || graph.value(v).producer == kNoNode) return;
    TreeId& place = places[static_cast<std::size_t>(graph.value(v).producer)];
    place = ancestors.lowest_common(place, at);
  };
  for (std::size_t i = 0; i < graph.tree.size(); ++i) {
    for_each_tree_use(graph.tree[i], [&](ValueId v) { need(v, static_cast<TreeId>(i)); });
  }
  std::vector<NodeId> order = execution_order(graph);
  std::ranges::reverse(order);
  for (const NodeId id : order) {
    for (const ValueId v : graph.node(id).inputs) need(v, places[static_cast<std::size_t>(id)]);
  }
  return places;
}

std::vector<double> path_work(const Graph& graph) {
  return path_sums(graph, [&](const Node& node) {
    return estimate_work(node.op, graph.operand_types(node), graph.type(node.output));
  });
}

std::vector<double> path_macs(const Graph& graph) {
  return path_sums(
      graph, [&](const Node& node) { return count_macs(node.op, graph.operand_types(node), graph.type(node.output)); });
}

}  // namespace exeunt
