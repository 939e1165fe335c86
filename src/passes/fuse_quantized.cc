#include <algorithm>
#include <cmath>
#include <map>

#include "graph/only_moves.h"
#include "ops/clamp_bounds.h"
#include "passes/match.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// One scale and zero point for a whole tensor of bytes.
struct Scale {
  double scale = 1;
  std::int64_t zero = 0;
  bool operator==(const Scale&) const = default;
};

/// The parameters of a Quantize or Dequantize of u8 values; nothing if they are not constant or one for each channel.
std::optional<Scale> scale_of(const Graph& graph, const Node& node, DType bytes) {
  const auto scale = number_of(graph, node.inputs[1]);
  const bool has_zero = has_operand(node, 2);
  const auto zero = has_zero ? number_of(graph, node.inputs[2]) : std::optional(0.0);
  if (!scale || !zero || bytes != DType::u8 || *scale <= 0 || !std::isfinite(*scale)) return std::nullopt;
  return Scale{*scale, static_cast<std::int64_t>(*zero)};
}

/// Bytes, and what they stand for.
struct Bytes {
  ValueId value = kNoValue;
  Scale scale;
};

std::optional<Bytes> dequantized(const Graph& graph, ValueId v) {
  const Node* node = made_by<ops::Dequantize>(graph, v);
  if (node == nullptr || graph.type(v).dtype != DType::f32) return std::nullopt;
  const auto scale = scale_of(graph, *node, graph.type(node->inputs[0]).dtype);
  return scale ? std::optional(Bytes{node->inputs[0], *scale}) : std::nullopt;
}

/// A float convolution of integers, as exact_quantized_conv leaves it.
struct IntegerConv {
  ops::QuantizedConv op;
  ops::ClampBounds bounds;
  Bytes x;
  Tensor weights;
};

std::optional<IntegerConv> integer_conv(const Graph& graph, const Node& node) {
  const auto* conv = std::get_if<ops::Conv>(&node.op);
  const bool has_scale = has_operand(node, 4) && node.inputs[3] == kNoValue;
  if (conv == nullptr || !has_scale || conv->group != 1 || conv->strides.size() > 2) return std::nullopt;
  const auto x = dequantized(graph, node.inputs[0]);
  const auto bounds = ops::clamp_bounds(*conv);
  const Tensor* w = graph.constant(node.inputs[1]);
  if (!x || !bounds || w == nullptr || graph.constant(node.inputs[4]) == nullptr) return std::nullopt;
  if (node.inputs[2] != kNoValue && graph.constant(node.inputs[2]) == nullptr) return std::nullopt;
  const std::vector<double> numbers = numbers_of(*w);
  const bool are_bytes =
      std::ranges::all_of(numbers, [](double v) { return v >= -128 && v <= 127 && v == std::nearbyint(v); });
  // A sum of more terms than this might leave 32 bits.
  constexpr std::int64_t kMostTerms = 65000;
  if (!are_bytes || w->elements() / std::max<std::int64_t>(1, w->shape()[0]) > kMostTerms) return std::nullopt;
  IntegerConv found{{}, *bounds, *x, tensor_of({DType::i8, w->shape()}, numbers)};
  found.op.strides = conv->strides;
  found.op.pads = conv->pads;
  found.op.dilations = conv->dilations;
  found.op.x_zero = x->scale.zero;
  return found;
}

/// Puts the QuantizedConv for `conv` in the place of `last`, in units of `y`.
void replace_conv(Graph& graph, Rewriter& rewriter, const Node& conv, IntegerConv found, const Node& last,
                  const Scale& y, bool to_float) {
  const std::vector<double> scale = numbers_of(*graph.constant(conv.inputs[4]));
  std::vector<double> bias(scale.size());
  if (conv.inputs[2] != kNoValue) bias = numbers_of(*graph.constant(conv.inputs[2]));
  std::vector<double> factor(scale.size());
  for (std::size_t c = 0; c < scale.size(); ++c) {
    factor[c] = scale[c] * found.x.scale.scale / y.scale;
    bias[c] *= scale[c] / y.scale;
  }
  const ops::ClampBounds bounds = found.bounds.in_units(y.scale);
  found.op.low = bounds.low;
  found.op.high = bounds.high;
  found.op.y_zero = y.zero;
  found.op.to_float = to_float;
  const TensorType channels{DType::f32, {static_cast<std::int64_t>(scale.size())}};
  const ValueId w = graph.add_constant(std::move(found.weights), graph.value(conv.inputs[1]).name);
  const ValueId s = graph.add_constant(tensor_of(channels, factor));
  const ValueId b = graph.add_constant(tensor_of(channels, bias));
  rewriter.replace_by_node(last, found.op, {found.x.value, w, s, b});
}

/// A sum of dequantised values, clamped or not.
struct Sum {
  Bytes a, b;
  ops::ClampBounds bounds;
};

std::optional<Sum> sum_of(const Graph& graph, const Rewriter& rewriter, ValueId v) {
  Sum sum;
  const Node* node = rewriter.uses(v) == 1 ? graph.producer(v) : nullptr;
  if (node == nullptr) return std::nullopt;
  if (const auto* unary = std::get_if<ops::Unary>(&node->op)) {
    if (unary->fn != ops::UnaryFn::Relu && unary->fn != ops::UnaryFn::Clip) return std::nullopt;
    sum.bounds.low = unary->fn == ops::UnaryFn::Relu ? 0 : unary->alpha;
    if (unary->fn == ops::UnaryFn::Clip) sum.bounds.high = unary->beta;
    node = rewriter.uses(node->inputs[0]) == 1 ? graph.producer(node->inputs[0]) : nullptr;
  }
  const auto* add = node == nullptr ? nullptr : std::get_if<ops::Binary>(&node->op);
  if (add == nullptr || add->fn != ops::BinaryFn::Add) return std::nullopt;
  const auto a = dequantized(graph, node->inputs[0]);
  const auto b = dequantized(graph, node->inputs[1]);
  if (!a || !b || graph.type(a->value).shape != graph.type(b->value).shape) return std::nullopt;
  sum.a = *a;
  sum.b = *b;
  return sum;
}

/// Quantize(f(Dequantize(q))) of one scale -> f(q).
bool move_bytes(Graph& graph, Rewriter& rewriter, const Node& quantize, const Scale& y) {
  const ValueId v = quantize.inputs[0];
  const Node* between = rewriter.uses(v) == 1 ? graph.producer(v) : nullptr;
  if (between == nullptr || !only_moves(*between)) return false;
  const auto x = dequantized(graph, between->inputs[0]);
  if (!x || x->scale != y) return false;
  rewriter.replace_by_node(quantize, moving_bytes(between->op, y.zero), {x->value});
  return true;
}

void fuse_into_quantize(Graph& graph, Rewriter& rewriter, const Node& quantize) {
  const auto y = scale_of(graph, quantize, graph.type(quantize.output).dtype);
  if (!y) return;
  const ValueId v = quantize.inputs[0];
  const Node* producer = rewriter.uses(v) == 1 ? graph.producer(v) : nullptr;
  if (producer == nullptr || move_bytes(graph, rewriter, quantize, *y)) return;
  if (auto conv = integer_conv(graph, *producer)) {
    const Node old = *producer;
    replace_conv(graph, rewriter, old, std::move(*conv), quantize, *y, false);
  } else if (const auto sum = sum_of(graph, rewriter, v)) {
    ops::QuantizedAdd op;
    op.a_zero = sum->a.scale.zero;
    op.a_scale = sum->a.scale.scale / y->scale;
    op.b_zero = sum->b.scale.zero;
    op.b_scale = sum->b.scale.scale / y->scale;
    const ops::ClampBounds bounds = sum->bounds.in_units(y->scale);
    op.low = bounds.low;
    op.high = bounds.high;
    op.y_zero = y->zero;
    rewriter.replace_by_node(quantize, op, {sum->a.value, sum->b.value});
  }
}

}  // namespace

int fuse_quantized(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    if (rewriter.is_used(node.output) && std::holds_alternative<ops::Quantize>(node.op))
      fuse_into_quantize(graph, rewriter, node);
  }
  // Convolutions whose results are wanted as floats.
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    if (!rewriter.is_used(node.output)) continue;
    if (auto conv = integer_conv(graph, node)) replace_conv(graph, rewriter, node, std::move(*conv), node, {}, true);
  }
  return rewriter.rewrites();
}

int unsigned_quantize(Graph& graph) {
  constexpr int kShift = 128;
  Rewriter rewriter(graph);
  const auto zero_of = [&](const Node& node) {
    const bool has_zero = has_operand(node, 2);
    if (has_zero) return number_of(graph, node.inputs[2]);
    // Without one it is zero, for as many scales as there are.
    return graph.type(node.inputs[1]).shape.elements() == 1 ? std::optional(0.0) : std::nullopt;
  };
  std::map<ValueId, int> readers;  // Dequantize nodes of a value whose zero point can be moved
  for (const Node& node : graph.nodes) {
    const bool reads = std::holds_alternative<ops::Dequantize>(node.op) && rewriter.is_used(node.output);
    if (reads && zero_of(node)) ++readers[node.inputs[0]];
  }
  const auto moved = [&](double zero) { return graph.add_constant(tensor_of({DType::u8, {}}, {zero + kShift})); };
  std::map<ValueId, ValueId> bytes;  // i8 value -> u8 value
  for (const NodeId id : execution_order(graph)) {
    const Node reader = graph.node(id);
    if (!std::holds_alternative<ops::Dequantize>(reader.op) || !rewriter.is_used(reader.output)) continue;
    const ValueId v = reader.inputs[0];
    const Node* made = made_by<ops::Quantize>(graph, v);
    const auto zero = zero_of(reader);
    if (made == nullptr || !zero || graph.type(v).dtype != DType::i8) continue;
    const Node quantize = *made;
    const auto quantize_zero = zero_of(quantize);
    if (!quantize_zero || graph.constant(quantize.inputs[1]) == nullptr) continue;
    auto [place, fresh] = bytes.try_emplace(v, kNoValue);
    if (fresh && readers[v] == rewriter.uses(v)) {
      place->second =
          graph.add_node(quantize.op, {quantize.inputs[0], quantize.inputs[1], moved(*quantize_zero)}, quantize.name);
      graph.value(place->second).name = graph.value(v).name;
    }
    if (place->second == kNoValue) continue;
    rewriter.replace_by_node(reader, reader.op, {place->second, reader.inputs[1], moved(*zero)});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
