#include "passes/affine.h"
#include "passes/match.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

/// One scale and shift for all before `v`, through everything that only `v` uses.
Affine before(const Graph& graph, const Rewriter& rewriter, ValueId v) {
  const Affine none{v, Affine::kNoAxis, {1}, {0}};
  const Node* node = rewriter.uses(v) == 1 ? graph.producer(v) : nullptr;
  const auto chain = node == nullptr ? std::nullopt : affine_chain(graph, rewriter, *node);
  return chain && !chain->function.by_axis() ? chain->function : none;
}

struct HardSigmoidMatch {
  ValueId x = kNoValue;
  ops::Unary op;
};

/// The part of `last` that is affine, the Clip before it, and what is affine before that.
std::optional<HardSigmoidMatch> match_hard_sigmoid(const Graph& graph, const Rewriter& rewriter, const Node& last) {
  Affine after{last.output, Affine::kNoAxis, {1}, {0}};
  if (const auto chain = affine_chain(graph, rewriter, last)) after = chain->function;
  if (after.by_axis() || (after.x != last.output && rewriter.uses(after.x) != 1)) return std::nullopt;
  const Node* clip = made_by(graph, after.x, ops::UnaryFn::Clip);
  if (clip == nullptr || !is_float(graph.type(last.output).dtype)) return std::nullopt;
  const auto& bounds = std::get<ops::Unary>(clip->op);
  const double a = after.scale[0];
  const double b = after.shift[0];
  if (a <= 0 || std::abs(a * bounds.alpha + b) > 1e-6 || !about(a * bounds.beta + b, 1)) return std::nullopt;
  const Affine inner = before(graph, rewriter, clip->inputs[0]);
  const ops::Unary op{ops::UnaryFn::HardSigmoid, a * inner.scale[0], a * inner.shift[0] + b};
  // A picture's bytes scaled and clipped are no hard sigmoid.
  if (!about(op.beta, 0.5)) return std::nullopt;
  return HardSigmoidMatch{inner.x, op};
}

}  // namespace

int recognize_hard_sigmoid(Graph& graph) {
  Rewriter rewriter(graph);
  std::vector<NodeId> order = execution_order(graph);
  std::ranges::reverse(order);
  for (const NodeId id : order) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    if (const auto found = match_hard_sigmoid(graph, rewriter, last))
      rewriter.replace_by_node(last, found->op, {found->x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
