#include <set>

#include "passes/affine.h"
#include "passes/match.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

struct LayerNormMatch {
  ValueId x = kNoValue;
  ops::LayerNorm op;
  std::set<ValueId> between;
};

/// What a mean over the last axes is taken of, and the first of them.
struct Mean {
  ValueId x = kNoValue;
  int axis = 0;
};

/// A ReduceMean over the last axes that keeps them, or the global average pooling that it may have become.
std::optional<Mean> mean_of(const Graph& graph, ValueId v) {
  const Node* node = graph.producer(v);
  if (node == nullptr) return std::nullopt;
  const ValueId x = node->inputs[0];
  const Shape& shape = graph.type(x).shape;
  const Shape& reduced = graph.type(v).shape;
  const int rank = shape.rank();
  if (const auto* reduce = std::get_if<ops::Reduce>(&node->op)) {
    if (reduce->fn != ops::ReduceFn::ReduceMean || !reduce->keepdims || rank == 0) return std::nullopt;
    std::set<int> axes;
    for (const std::int64_t axis : reduce->axes) axes.insert(normalize_axis(axis, rank));
    const int first = axes.empty() ? 0 : *axes.begin();
    if (!axes.empty() && static_cast<int>(axes.size()) != rank - first) return std::nullopt;
    return Mean{x, first};
  }
  const auto* pool = std::get_if<ops::Pool>(&node->op);
  if (pool == nullptr || pool->fn != ops::PoolFn::average) return std::nullopt;
  for (int axis = 2; axis < rank; ++axis) {
    if (reduced[axis] != 1 || pool->kernel[static_cast<std::size_t>(axis - 2)] != shape[axis]) return std::nullopt;
  }
  if (std::ranges::any_of(pool->pads, [](std::int64_t p) { return p != 0; })) return std::nullopt;
  return Mean{x, 2};
}

/// mean + epsilon, with what it goes through.
struct Variance {
  Mean squares;
  double epsilon = 0;
};

std::optional<Variance> variance_of(const Graph& graph, ValueId v, std::set<ValueId>& between) {
  const auto sum = with_number(graph, v, ops::BinaryFn::Add, true);
  if (!sum || sum->number < 0) return std::nullopt;
  const auto mean = mean_of(graph, sum->x);
  if (!mean) return std::nullopt;
  between.insert({v, sum->x, mean->x});
  return Variance{*mean, sum->number};
}

/// The variance of its root: Sqrt, or a power of `exponent`.
std::optional<Variance> root_of(const Graph& graph, ValueId v, double exponent, std::set<ValueId>& between) {
  between.insert(v);
  if (const auto power = with_number(graph, v, ops::BinaryFn::Pow, false); power && power->number == exponent)
    return variance_of(graph, power->x, between);
  if (exponent > 0) {
    const Node* root = made_by(graph, v, ops::UnaryFn::Sqrt);
    return root == nullptr ? std::nullopt : variance_of(graph, root->inputs[0], between);
  }
  ValueId root = kNoValue;
  if (const Node* inverse = made_by(graph, v, ops::UnaryFn::Reciprocal)) root = inverse->inputs[0];
  if (const Node* inverse = made_by(graph, v, ops::BinaryFn::Div); inverse != nullptr) {
    if (number_of(graph, inverse->inputs[0]) == 1.0) root = inverse->inputs[1];
  }
  return root == kNoValue ? std::nullopt : root_of(graph, root, -exponent, between);
}

/// d / root(mean(d * d) + epsilon), as a quotient or a product; d is x - mean(x), or x itself.
std::optional<LayerNormMatch> match_layer_norm(const Graph& graph, const Node& node) {
  const auto* binary = std::get_if<ops::Binary>(&node.op);
  if (binary == nullptr || !is_float(graph.type(node.output).dtype)) return std::nullopt;
  const bool divides = binary->fn == ops::BinaryFn::Div;
  if (!divides && binary->fn != ops::BinaryFn::Mul) return std::nullopt;
  for (const std::size_t root : {std::size_t{1}, std::size_t{0}}) {
    if (divides && root == 0) continue;
    LayerNormMatch found;
    const auto variance = root_of(graph, node.inputs[root], divides ? 0.5 : -0.5, found.between);
    if (!variance) continue;
    const ValueId d = node.inputs[1 - root];
    const ValueId squared = square_of(graph, variance->squares.x);
    if (squared == kNoValue || graph.type(d) != graph.type(node.output)) continue;
    found.op = {.axis = variance->squares.axis, .epsilon = variance->epsilon, .center = false};
    found.x = d;
    // The exporters of PyTorch subtract once, others once for each use.
    const Node* difference = made_by(graph, d, ops::BinaryFn::Sub);
    const Node* other = made_by(graph, squared, ops::BinaryFn::Sub);
    const bool same =
        squared == d || (difference != nullptr && other != nullptr && difference->inputs == other->inputs);
    if (!same) continue;
    if (squared != d) found.between.insert(squared);
    const auto mean = difference == nullptr ? std::nullopt : mean_of(graph, difference->inputs[1]);
    if (mean && mean->x == difference->inputs[0] && mean->axis == variance->squares.axis) {
      found.op.center = true;
      found.x = mean->x;
      found.between.insert({d, difference->inputs[1]});
    }
    return found;
  }
  return std::nullopt;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int i = 1; i <= from.rank(); ++i) {
    if (from[from.rank() - i] != 1 && from[from.rank() - i] != to[to.rank() - i]) return false;
  }
  return true;
}

/// The norm that `node` multiplies by a constant or adds one to, with that constant as its scale or bias.
struct Extended {
  Node norm;
  std::vector<ValueId> operands;
};

std::optional<Extended> extended_norm(const Graph& graph, const Rewriter& rewriter, const Node& node) {
  const auto* binary = std::get_if<ops::Binary>(&node.op);
  const bool scales = binary != nullptr && binary->fn == ops::BinaryFn::Mul;
  if (binary == nullptr || (!scales && binary->fn != ops::BinaryFn::Add)) return std::nullopt;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const Node* norm = rewriter.sole_producer<ops::LayerNorm>(node.inputs[i]);
    const ValueId constant = node.inputs[1 - i];
    if (norm == nullptr || graph.constant(constant) == nullptr) continue;
    std::vector<ValueId> operands = norm->inputs;
    operands.resize(3, kNoValue);
    if (operands[2] != kNoValue || (scales && operands[1] != kNoValue)) continue;
    const Shape& shape = graph.type(node.output).shape;
    if (shape != graph.type(norm->output).shape || !broadcasts_to(graph.type(constant).shape, shape)) continue;
    operands[scales ? 1 : 2] = constant;
    if (operands[2] == kNoValue) operands.resize(2);
    return Extended{*norm, operands};
  }
  return std::nullopt;
}

}  // namespace

int recognize_layer_norm(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    if (const auto norm = extended_norm(graph, rewriter, last)) {
      rewriter.replace_by_node(last, norm->norm.op, norm->operands);
      continue;
    }
    auto found = match_layer_norm(graph, last);
    if (!found) continue;
    found->between.erase(found->x);
    if (rewriter.only_for(last, found->between)) rewriter.replace_by_node(last, found->op, {found->x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
