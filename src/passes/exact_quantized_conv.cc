#include <algorithm>
#include <cmath>
#include <map>

#include "base/dtype.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// Integers below this are exact in f32, and so is every sum of them below it.
constexpr double kExactLimit = 1 << 24;

double number_at(const Tensor& tensor, std::int64_t i) {
  return dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    return static_cast<double>(widen(tensor.span<T>()[static_cast<std::size_t>(i)]));
  });
}

/// An operand that a Dequantize makes, with its constant parameters; one a channel or one for all.
struct Dequantized {
  const Node* node = nullptr;
  const Tensor* scale = nullptr;
  const Tensor* zero = nullptr;

  double scale_of(std::int64_t channel) const { return number_at(*scale, scale->elements() == 1 ? 0 : channel); }
  double zero_of(std::int64_t channel) const {
    return zero == nullptr ? 0 : number_at(*zero, zero->elements() == 1 ? 0 : channel);
  }
};

std::optional<Dequantized> dequantized(const Graph& graph, ValueId v, bool by_channel) {
  const Node* node = graph.producer(v);
  const auto* op = node == nullptr ? nullptr : std::get_if<ops::Dequantize>(&node->op);
  if (op == nullptr || op->block != 0 || graph.type(v).dtype != DType::f32) return std::nullopt;
  Dequantized result{node, graph.constant(node->inputs[1]), nullptr};
  const bool has_zero = has_operand(*node, 2);
  if (has_zero) result.zero = graph.constant(node->inputs[2]);
  if (result.scale == nullptr || (has_zero && result.zero == nullptr)) return std::nullopt;
  const bool per_axis = result.scale->elements() != 1;
  if (per_axis && (!by_channel || normalize_axis(op->axis, graph.type(v).shape.rank()) != 0)) return std::nullopt;
  return result;
}

double largest_magnitude(DType dtype, double zero) {
  return dispatch(dtype, [&]<class T>(TypeTag<T>) {
    if constexpr (std::integral<T>) {
      using Limits = std::numeric_limits<T>;
      return std::max(std::abs(static_cast<double>(Limits::min()) - zero),
                      std::abs(static_cast<double>(Limits::max()) - zero));
    } else {
      return kExactLimit;
    }
  });
}

/// A convolution between dequantised operands; `bias` is empty if it has none.
struct QuantizedConvMatch {
  Dequantized x, w;
  std::optional<Dequantized> bias;
};

std::optional<QuantizedConvMatch> match_quantized_conv(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<ops::Conv>(node.op) || node.inputs.size() > 3) return std::nullopt;
  const auto x = dequantized(graph, node.inputs[0], false);
  const auto w = dequantized(graph, node.inputs[1], true);
  if (!x || !w || graph.constant(w->node->inputs[0]) == nullptr) return std::nullopt;
  QuantizedConvMatch found{*x, *w, std::nullopt};
  if (node.inputs.size() < 3 || node.inputs[2] == kNoValue) return found;
  found.bias = dequantized(graph, node.inputs[2], true);
  if (!found.bias || graph.constant(found.bias->node->inputs[0]) == nullptr) return std::nullopt;
  return found;
}

/// The integers and the scale behind them; nothing if a sum might not be exact.
struct Integers {
  Tensor weights, bias, scale;
};

std::optional<Integers> integers_of(const Graph& graph, const QuantizedConvMatch& m) {
  constexpr double kSameScale = 1e-5;
  const Tensor& w = *graph.constant(m.w.node->inputs[0]);
  const std::int64_t channels = w.shape()[0];
  const std::int64_t taps = channels == 0 ? 0 : w.elements() / channels;
  Integers result{Tensor({DType::f32, w.shape()}), Tensor({DType::f32, {channels}}), Tensor({DType::f32, {channels}})};
  const double x_most = largest_magnitude(graph.type(m.x.node->inputs[0]).dtype, m.x.zero_of(0));
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const double scale = m.x.scale_of(0) * m.w.scale_of(c);
    double most = 0;
    for (std::int64_t i = c * taps; i < (c + 1) * taps; ++i) {
      const double weight = number_at(w, i) - m.w.zero_of(c);
      result.weights.mutable_span<float>()[static_cast<std::size_t>(i)] = static_cast<float>(weight);
      most += std::abs(weight) * x_most;
    }
    if (m.bias) {
      if (std::abs(m.bias->scale_of(c) - scale) > kSameScale * scale) return std::nullopt;
      const double bias = number_at(*graph.constant(m.bias->node->inputs[0]), c) - m.bias->zero_of(c);
      result.bias.mutable_span<float>()[at] = static_cast<float>(bias);
      most += std::abs(bias);
    }
    if (most >= kExactLimit) return std::nullopt;
    result.scale.mutable_span<float>()[at] = static_cast<float>(scale);
  }
  return result;
}

}  // namespace

int exact_quantized_conv(Graph& graph) {
  Rewriter rewriter(graph);
  std::map<ValueId, ValueId> integers;  // dequantised value -> the same integers as floats
  for (const NodeId id : execution_order(graph)) {
    const Node conv = graph.node(id);
    const std::optional<QuantizedConvMatch> found = match_quantized_conv(graph, conv);
    if (!found) continue;
    std::optional<Integers> parts = integers_of(graph, *found);
    if (!parts) continue;
    auto [x, fresh] = integers.try_emplace(conv.inputs[0], kNoValue);
    const Node old = *found->x.node;
    const bool has_bias = found->bias.has_value();
    if (fresh) {
      std::vector<ValueId> operands = old.inputs;
      operands[1] = graph.add_constant(Tensor::of<float>(DType::f32, {}, std::vector{1.0F}));
      x->second = graph.add_node(ops::Dequantize{}, operands, old.name);
    }
    const ValueId weights = graph.add_constant(std::move(parts->weights), graph.value(conv.inputs[1]).name);
    const ValueId bias =
        has_bias ? graph.add_constant(std::move(parts->bias), graph.value(conv.inputs[2]).name) : kNoValue;
    const ValueId scale = graph.add_constant(std::move(parts->scale));
    rewriter.replace_by_node(conv, conv.op, {x->second, weights, bias, kNoValue, scale});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
