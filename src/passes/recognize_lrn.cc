#include <set>
#include <utility>

#include "passes/affine.h"
#include "passes/match.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

/// The mean of squares over a window of channels.
struct ChannelMean {
  ValueId squares = kNoValue;  ///< [N,C,...]
  std::int64_t size = 0;
  std::set<ValueId> between;
};

ValueId through_reshape(const Graph& graph, ValueId v, std::set<ValueId>& between) {
  const Node* reshape = made_by<ops::Reshape>(graph, v);
  if (reshape == nullptr) return v;
  between.insert(v);
  return reshape->inputs[0];
}

/// The only axis of the pool's operand on which the window is longer than 1; nothing where it strides or dilates.
std::optional<int> window_axis(const ops::Pool& pool) {
  std::optional<int> axis;
  for (std::size_t a = 0; a < pool.kernel.size(); ++a) {
    if (pool.strides[a] != 1 || (pool.dilations[a] != 1 && pool.kernel[a] != 1)) return std::nullopt;
    if (pool.kernel[a] == 1) continue;
    if (axis) return std::nullopt;
    axis = static_cast<int>(a) + 2;
  }
  return axis;
}

/// Whether axis `axis` of a reshaped value is the channel axis of the original one.
bool is_channel_axis(const Shape& reshaped, int axis, const Shape& original) {
  if (original.rank() < 2 || reshaped[axis] != original[1]) return false;
  std::int64_t before = 1;
  for (int i = 0; i < axis; ++i) before *= reshaped[i];
  return before == original[0];
}

/// Pads before and after `axis`; nothing if the Pad does anything else than put zeros there.
std::optional<std::pair<std::int64_t, std::int64_t>> zeros_on(const ops::Pad& pad, int axis) {
  if (pad.mode != ops::PadMode::constant || pad.value != 0) return std::nullopt;
  const int rank = static_cast<int>(pad.pads.size()) / 2;
  for (int i = 0; i < 2 * rank; ++i) {
    if (i % rank != axis && pad.pads[static_cast<std::size_t>(i)] != 0) return std::nullopt;
  }
  return std::pair(pad.pads[static_cast<std::size_t>(axis)], pad.pads[static_cast<std::size_t>(rank + axis)]);
}

/// Matches [Reshape] of an average Pool of [Pad] of [Reshape].
std::optional<ChannelMean> channel_mean(const Graph& graph, ValueId v) {
  ChannelMean mean;
  const Shape shape = graph.type(v).shape;
  const ValueId pooled = through_reshape(graph, v, mean.between);
  const Node* node = made_by<ops::Pool>(graph, pooled);
  if (node == nullptr) return std::nullopt;
  const auto& pool = std::get<ops::Pool>(node->op);
  const std::optional<int> axis = pool.fn == ops::PoolFn::average ? window_axis(pool) : std::nullopt;
  if (!axis) return std::nullopt;
  mean.between.insert(pooled);
  const auto a = static_cast<std::size_t>(*axis - 2);
  std::int64_t before = pool.pads[a];
  std::int64_t after = pool.pads[a + pool.kernel.size()];
  if (before + after != 0 && !pool.count_include_pad) return std::nullopt;
  ValueId x = node->inputs[0];
  if (const Node* pad = made_by<ops::Pad>(graph, x)) {
    const auto zeros = zeros_on(std::get<ops::Pad>(pad->op), *axis);
    if (!zeros) return std::nullopt;
    mean.between.insert(x);
    before += zeros->first, after += zeros->second;
    x = pad->inputs[0];
  }
  mean.size = pool.kernel[a];
  if (before != (mean.size - 1) / 2 || after != mean.size / 2) return std::nullopt;
  const Shape reshaped = graph.type(x).shape;
  mean.squares = through_reshape(graph, x, mean.between);
  const Shape original = graph.type(mean.squares).shape;
  if (original != shape || !is_channel_axis(reshaped, *axis, original)) return std::nullopt;
  return mean;
}

struct LrnMatch {
  ValueId x = kNoValue;
  ops::Lrn op;
  std::set<ValueId> between;
};

/// x / base^exponent: Div by Pow or Sqrt, or Mul by Pow.
struct Quotient {
  ValueId x, power, base;
  double exponent;
};

std::optional<Quotient> quotient_of(const Graph& graph, const Node& node, std::size_t power_operand) {
  const auto* binary = std::get_if<ops::Binary>(&node.op);
  const bool divides = binary != nullptr && binary->fn == ops::BinaryFn::Div && power_operand == 1;
  const bool multiplies = binary != nullptr && binary->fn == ops::BinaryFn::Mul;
  if (!divides && !multiplies) return std::nullopt;
  const ValueId power = node.inputs[power_operand];
  const ValueId x = node.inputs[1 - power_operand];
  if (const auto pow = with_number(graph, power, ops::BinaryFn::Pow, false)) {
    return Quotient{x, power, pow->x, divides ? pow->number : -pow->number};
  }
  const Node* root = made_by(graph, power, ops::UnaryFn::Sqrt);
  if (divides && root != nullptr) return Quotient{x, power, root->inputs[0], 0.5};
  return std::nullopt;
}

std::optional<LrnMatch> match_lrn(const Graph& graph, const Node& node) {
  for (const std::size_t power_operand : {std::size_t{1}, std::size_t{0}}) {
    const auto quotient = quotient_of(graph, node, power_operand);
    if (!quotient || graph.type(quotient->x) != graph.type(node.output)) continue;
    LrnMatch found{quotient->x, {}, {quotient->power}};
    // base = bias + alpha * mean, in one node or more
    Affine f{quotient->base, Affine::kNoAxis, {1}, {0}};
    while (const Node* step = graph.producer(f.x)) {
      const auto more = affine_of(graph, *step);
      if (!more || more->by_axis()) break;
      found.between.insert(f.x);
      f = {more->x, Affine::kNoAxis, {f.scale[0] * more->scale[0]}, {f.scale[0] * more->shift[0] + f.shift[0]}};
    }
    // Without a step between, the op would count as more work than what it stands for.
    if (found.between.size() == 1) continue;
    const auto mean = channel_mean(graph, f.x);
    if (!mean || square_of(graph, mean->squares) != quotient->x) continue;
    found.between.insert(mean->between.begin(), mean->between.end());
    found.between.insert(mean->squares);
    found.op = {.size = mean->size, .alpha = f.scale[0], .beta = quotient->exponent, .bias = f.shift[0]};
    return found;
  }
  return std::nullopt;
}

}  // namespace

int recognize_lrn(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    const auto found = match_lrn(graph, last);
    if (found && rewriter.only_for(last, found->between)) rewriter.replace_by_node(last, found->op, {found->x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
