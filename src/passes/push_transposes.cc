#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "graph/placement.h"
#include "passes/passes.h"
#include "passes/permutation.h"
#include "passes/sink_transposes.h"

namespace exeunt {

namespace {

/// Far more ways than networks have inputs and orders of axes.
constexpr int kMaxTrials = 64;

/// What Transposes cost: the work on all paths, their number, and how much still comes behind them.
struct Cost {
  std::vector<double> paths;
  int transposes = 0;
  std::int64_t nodes_behind = 0;

  auto rank() const { return std::tuple(std::accumulate(paths.begin(), paths.end(), 0.0), transposes, nodes_behind); }
};

bool is_transpose(const Node& node) { return std::holds_alternative<ops::Transpose>(node.op); }

int count_transposes(const Graph& graph) {
  const auto order = execution_order(graph);
  return static_cast<int>(std::ranges::count_if(order, [&](NodeId id) { return is_transpose(graph.node(id)); }));
}

/// Nodes that depend on the result of node `first`.
std::int64_t count_dependents(const Graph& graph, const std::vector<NodeId>& order, NodeId first) {
  std::vector<bool> depends(graph.values.size());
  depends[static_cast<std::size_t>(graph.node(first).output)] = true;
  std::int64_t count = 0;
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    const auto is_behind = [&](ValueId v) { return v != kNoValue && depends[static_cast<std::size_t>(v)]; };
    if (std::ranges::none_of(node.inputs, is_behind)) continue;
    depends[static_cast<std::size_t>(node.output)] = true;
    ++count;
  }
  return count;
}

Cost cost_of(const Graph& graph) {
  Cost cost{path_work(graph), 0, 0};
  const std::vector<NodeId> order = execution_order(graph);
  for (const NodeId id : order) {
    if (!is_transpose(graph.node(id))) continue;
    ++cost.transposes;
    cost.nodes_behind += count_dependents(graph, order, id);
  }
  return cost;
}

/// Less, and on no path more.
bool is_better(const Cost& a, const Cost& b) {
  constexpr double kRounding = 1 + 1e-12;
  for (std::size_t i = 0; i < a.paths.size(); ++i) {
    if (a.paths[i] > b.paths[i] * kRounding) return false;
  }
  return a.rank() < b.rank();
}

/// Tries ways to sink the Transposes of a graph and keeps the best.
class Search {
 public:
  explicit Search(const Graph& graph) : graph_(graph), best_cost_(cost_of(graph)) {}

  void run() {
    try_inputs({});
    std::map<std::size_t, ops::Ints> chosen;
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
      for (const ops::Ints& perm : orders_for(graph_.type(graph_.inputs[i]).shape.rank())) {
        auto inputs = chosen;
        inputs[i] = perm;
        if (try_inputs(inputs)) best_inputs_ = inputs;
      }
      chosen = best_inputs_;
    }
  }

  std::optional<Graph>& best() { return best_; }

 private:
  /// Orders that some Transpose makes, but that leave the first axis, the batch, where it is.
  std::set<ops::Ints> orders_for(int rank) const {
    std::set<ops::Ints> orders;
    for (const Node& node : graph_.nodes) {
      const auto* transpose = std::get_if<ops::Transpose>(&node.op);
      if (transpose == nullptr || transpose->perm.size() != static_cast<std::size_t>(rank)) continue;
      if (rank > 0 && transpose->perm[0] == 0) orders.insert(transpose->perm);
    }
    return orders;
  }

  bool try_inputs(const std::map<std::size_t, ops::Ints>& inputs) {
    bool better = false;
    for (const bool take_what_is_there : {true, false}) {
      for (const bool through_growth : {true, false}) {
        if (++trials_ > kMaxTrials) return better;
        Graph trial = graph_;
        sink_transposes(trial, {take_what_is_there, through_growth, inputs});
        remove_dead(trial);
        Cost cost = cost_of(trial);
        if (!is_better(cost, best_cost_)) continue;
        best_ = std::move(trial);
        best_cost_ = std::move(cost);
        better = true;
      }
    }
    return better;
  }

  const Graph& graph_;
  Cost best_cost_;
  std::optional<Graph> best_;
  std::map<std::size_t, ops::Ints> best_inputs_;
  int trials_ = 0;
};

}  // namespace

int push_transposes(Graph& graph) {
  const int before = count_transposes(graph);
  if (before == 0) return 0;
  // What one search leaves may hold orders of axes that an input can have and the graph before did not.
  bool changed = false;
  for (;;) {
    Search search(graph);
    search.run();
    if (!search.best()) break;
    graph = std::move(*search.best());
    changed = true;
  }
  return changed ? std::max(1, before - count_transposes(graph)) : 0;
}

}  // namespace exeunt
