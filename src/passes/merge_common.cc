#include <algorithm>
#include <cstring>
#include <map>

#include "base/checksum.h"
#include "graph/placement.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

void merge_constants(const Graph& graph, Rewriter& rewriter) {
  using Key = std::pair<std::string, std::uint64_t>;
  std::map<Key, std::vector<ValueId>> known;
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    const auto v = static_cast<ValueId>(i);
    const Tensor* constant = graph.constant(v);
    if (constant == nullptr || !rewriter.is_used(v)) continue;
    std::vector<ValueId>& alike = known[{constant->type().str(), checksum(constant->view())}];
    const auto same = std::ranges::find_if(alike, [&](ValueId other) {
      return std::memcmp(graph.constant(other)->view().data, constant->view().data, constant->bytes()) == 0;
    });
    if (same == alike.end()) {
      alike.push_back(v);
    } else {
      rewriter.replace(v, *same);
    }
  }
}

class Merger {
 public:
  Merger(Graph& graph, Rewriter& rewriter)
      : graph_(graph), rewriter_(rewriter), parents_(tree_parents(graph)), places_(place_nodes(graph)) {}

  void run() {
    for (const NodeId id : execution_order(graph_)) {
      if (!rewriter_.is_used(graph_.node(id).output)) continue;
      std::vector<NodeId>& alike = known_[{std::string(op_name(graph_.node(id).op)), graph_.node(id).inputs}];
      const auto same = std::ranges::find_if(alike, [&](NodeId other) { return is_same(other, id); });
      if (same == alike.end()) {
        alike.push_back(id);
      } else if (is_above(*same, id)) {
        rewriter_.replace(graph_.node(id).output, graph_.node(*same).output);
      } else {
        rewriter_.replace(graph_.node(*same).output, graph_.node(id).output);
        *same = id;
      }
    }
  }

 private:
  /// Whether node `a` runs wherever node `b` does, at no cost to a path.
  bool is_above(NodeId a, NodeId b) const {
    TreeId at = places_[static_cast<std::size_t>(b)];
    while (at != kNoTree && at != places_[static_cast<std::size_t>(a)]) at = parents_[static_cast<std::size_t>(at)];
    return at != kNoTree;
  }

  bool is_same(NodeId a, NodeId b) const {
    return graph_.node(a).op == graph_.node(b).op && (is_above(a, b) || is_above(b, a));
  }

  Graph& graph_;
  Rewriter& rewriter_;
  std::vector<TreeId> parents_;
  std::vector<TreeId> places_;
  std::map<std::pair<std::string, std::vector<ValueId>>, std::vector<NodeId>> known_;
};

}  // namespace

int merge_common(Graph& graph) {
  Rewriter rewriter(graph);
  merge_constants(graph, rewriter);
  Merger(graph, rewriter).run();
  return rewriter.rewrites();
}

}  // namespace exeunt
