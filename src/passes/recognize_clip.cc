#include <limits>

#include "passes/match.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// min(max(x, lowest), highest).
struct Bounds {
  ValueId x = kNoValue;
  double lowest = -kInfinity;
  double highest = kInfinity;
};

/// Clip, Relu, and Max and Min with one constant number.
std::optional<Bounds> bounds_of(const Graph& graph, ValueId v) {
  if (!is_float(graph.type(v).dtype)) return std::nullopt;
  if (const auto max = with_number(graph, v, ops::BinaryFn::Max, true)) return Bounds{max->x, max->number, kInfinity};
  if (const auto min = with_number(graph, v, ops::BinaryFn::Min, true)) return Bounds{min->x, -kInfinity, min->number};
  const Node* node = made_by<ops::Unary>(graph, v);
  if (node == nullptr) return std::nullopt;
  const auto& unary = std::get<ops::Unary>(node->op);
  if (unary.fn == ops::UnaryFn::Relu) return Bounds{node->inputs[0], 0, kInfinity};
  // Where the bounds cross, or one is no number, the order of Max and Min shows.
  if (unary.fn != ops::UnaryFn::Clip || !(unary.alpha <= unary.beta)) return std::nullopt;
  return Bounds{node->inputs[0], unary.alpha, unary.beta};
}

}  // namespace

int recognize_clip(Graph& graph) {
  Rewriter rewriter(graph);
  std::vector<NodeId> order = execution_order(graph);
  std::ranges::reverse(order);
  for (const NodeId id : order) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    auto bounds = bounds_of(graph, last.output);
    if (!bounds || std::isnan(bounds->lowest) || std::isnan(bounds->highest)) continue;
    while (rewriter.uses(bounds->x) == 1) {
      const auto inner = bounds_of(graph, bounds->x);
      if (!inner || std::isnan(inner->lowest) || std::isnan(inner->highest)) break;
      bounds = Bounds{inner->x, std::clamp(inner->lowest, bounds->lowest, bounds->highest),
                      std::clamp(inner->highest, bounds->lowest, bounds->highest)};
    }
    if (bounds->lowest == -kInfinity && bounds->highest == kInfinity) {
      rewriter.replace(last.output, bounds->x);
      continue;
    }
    ops::Unary op{ops::UnaryFn::Clip, bounds->lowest, bounds->highest};
    if (bounds->lowest == 0 && bounds->highest == kInfinity) op = {ops::UnaryFn::Relu};
    if (last.op == Op(op) && last.inputs[0] == bounds->x) continue;
    rewriter.replace_by_node(last, op, {bounds->x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
