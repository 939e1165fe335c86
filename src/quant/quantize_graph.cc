#include "quant/quantize_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/dtype.h"
#include "base/error.h"
#include "graph/only_moves.h"
#include "ops/clamp_bounds.h"
#include "quant/calibration_names.h"
#include "quant/lowering.h"
#include "quant/quantize_weights.h"

namespace exeunt {

namespace {

struct Scale {
  double scale = 1;
  std::int64_t zero = 0;
};

/// The bytes that a range is spread over; zero is among the numbers that they stand for.
Scale scale_of(const ValueRange& range) {
  constexpr double kSteps = 255;
  const double low = std::min(static_cast<double>(range.low), 0.0);
  const double high = std::max(static_cast<double>(range.high), 0.0);
  if (!(high - low > std::numeric_limits<float>::min())) return {};
  const auto scale = static_cast<double>(static_cast<float>((high - low) / kSteps));
  return {scale, static_cast<std::int64_t>(std::clamp(std::nearbyint(-low / scale), 0.0, kSteps))};
}

/// Why no integers can stand for weights, one of whose results sums `terms` products; empty if they can.
std::string refuse_weights(const Tensor& weights, std::int64_t terms) {
  // A sum of more products of bytes might leave 32 bits.
  constexpr std::int64_t kMostTerms = 65000;
  if (terms > kMostTerms) return fmt::format("sums of {} products", terms);
  const bool are_finite = std::ranges::all_of(weights.span<float>(), [](float w) { return std::isfinite(w); });
  return are_finite ? "" : "weights that are not finite";
}

/// How many products are behind a result.
std::int64_t terms_of(const Graph& graph, const Node& node) {
  if (std::holds_alternative<ops::Gemm>(node.op)) return graph.type(node.inputs[0]).shape[1];
  const Shape& weights = graph.type(node.inputs[1]).shape;
  return weights.elements() / std::max<std::int64_t>(1, weights[0]);
}

class Quantizer {
 public:
  Quantizer(const Graph& graph, const Calibration& calibration, const std::vector<bool>& chosen)
      : graph_(graph),
        calibration_(calibration),
        chosen_(chosen),
        names_(calibration_names(graph)),
        wants_bytes_(values_read_by(graph, chosen)) {
    bytes_.resize(graph.values.size());
  }

  Graph run() {
    for (const NodeId id : execution_order(graph_)) {
      const Node node = graph_.node(id);
      if (chosen_[at(id)]) {
        lower(node);
      } else {
        move_bytes(node);
      }
    }
    remove_dead(graph_);
    return std::move(graph_);
  }

 private:
  struct Bytes {
    ValueId value = kNoValue;
    Scale scale;
  };

  static std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

  const ValueRange* range_of(ValueId v) const {
    const auto found = at(v) < names_.size() ? calibration_.ranges.find(names_[at(v)]) : calibration_.ranges.end();
    return found == calibration_.ranges.end() ? nullptr : &found->second;
  }

  std::optional<Bytes>& bytes_of(ValueId v) {
    if (bytes_.size() <= at(v)) bytes_.resize(graph_.values.size());
    return bytes_[at(v)];
  }

  /// `v` as bytes, made from its floats if need be.
  Bytes need_bytes(ValueId v) {
    if (const auto& known = bytes_of(v)) return *known;
    const ValueRange* range = range_of(v);
    require(range != nullptr, ErrorCode::internal, "no range of {}", graph_.value(v).name);
    const Scale scale = scale_of(*range);
    const ValueId q = graph_.add_node(ops::Quantize{}, {v, number(scale.scale), zero_point(scale)},
                                      graph_.value(v).name + " (to bytes)");
    graph_.value(q).name = graph_.value(v).name;
    return *(bytes_of(v) = Bytes{q, scale});
  }

  ValueId number(double x) {
    return graph_.add_constant(Tensor::of<float>(DType::f32, {}, std::vector{static_cast<float>(x)}));
  }
  ValueId zero_point(const Scale& scale) {
    return graph_.add_constant(
        Tensor::of<std::uint8_t>(DType::u8, {}, std::vector{static_cast<std::uint8_t>(scale.zero)}));
  }
  ValueId channels(const std::vector<float>& values) {
    const Shape shape{static_cast<std::int64_t>(values.size())};
    return graph_.add_constant(Tensor::of<float>(DType::f32, shape, values));
  }

  /// Bytes of a value whose floats are made anew from them for those who want floats.
  void replace_by_bytes(ValueId v, ValueId q, const Scale& scale) {
    const ValueId floats = graph_.add_node(ops::Dequantize{}, {q, number(scale.scale), zero_point(scale)},
                                           graph_.value(v).name + " (to floats)");
    graph_.value(floats).name = graph_.value(q).name = graph_.value(v).name;
    graph_.replace_uses(v, floats);
    // Those who read it look for its range.
    names_.resize(graph_.values.size());
    names_[at(floats)] = names_[at(v)];
    bytes_of(v) = bytes_of(floats) = Bytes{q, scale};
  }

  void move_bytes(const Node& node) {
    if (node.inputs.empty() || !wants_bytes_[at(node.output)]) return;
    const std::optional<Bytes> x = bytes_of(node.inputs[0]);
    if (!x || !only_moves(node)) return;
    const ValueId q = graph_.add_node(moving_bytes(node.op, x->scale.zero), {x->value}, node.name);
    graph_.value(q).name = graph_.value(node.output).name;
    bytes_of(node.output) = Bytes{q, x->scale};
  }

  void lower(const Node& node) {
    if (const auto* conv = std::get_if<ops::Conv>(&node.op)) {
      ops::QuantizedConv op;
      op.strides = conv->strides;
      op.pads = conv->pads;
      op.dilations = conv->dilations;
      const ValueId residual = has_operand(node, 3) ? node.inputs[3] : kNoValue;
      finish(node, op, *ops::clamp_bounds(*conv), need_bytes(node.inputs[0]), *graph_.constant(node.inputs[1]),
             residual);
    } else {
      lower_product(node, std::get<ops::Gemm>(node.op));
    }
  }

  /// A row times a matrix: a convolution of one pixel.
  void lower_product(const Node& node, const ops::Gemm& gemm) {
    ops::QuantizedConv op;
    op.strides = op.dilations = {1};
    op.pads = {0, 0};
    const Bytes x = need_bytes(node.inputs[0]);
    const Shape& shape = graph_.type(x.value).shape;
    const ValueId pixel = graph_.add_node(ops::Reshape{.shape = {1, shape[1], 1}}, {x.value}, node.name);
    finish(node, op, *ops::clamp_bounds(gemm), {pixel, x.scale}, filters_of(graph_, node), kNoValue);
  }

  void finish(const Node& node, ops::QuantizedConv op, const ops::ClampBounds& bounds, const Bytes& x,
              const Tensor& weights, ValueId residual) {
    const ValueId v = node.output;
    QuantizedWeights w = quantize_weights(weights);
    const Scale y = wants_bytes_[at(v)] ? scale_of(*range_of(v)) : Scale{};
    op.x_zero = x.scale.zero;
    op.to_float = !wants_bytes_[at(v)];
    op.low = bounds.in_units(y.scale).low;
    op.high = bounds.in_units(y.scale).high;
    op.y_zero = y.zero;
    std::vector<float> scale(w.scale.size());
    for (std::size_t c = 0; c < scale.size(); ++c) scale[c] = static_cast<float>(x.scale.scale * w.scale[c] / y.scale);
    std::vector<ValueId> operands = {x.value, graph_.add_constant(std::move(w.numbers)), channels(scale),
                                     channels(bias_of(node, w, y))};
    if (residual != kNoValue) {
      const Bytes r = need_bytes(residual);
      op.residual_zero = r.scale.zero;
      op.residual_scale = r.scale.scale / y.scale;
      operands.push_back(r.value);
    }
    ValueId result = graph_.add_node(op, operands, node.name);
    graph_.node(graph_.value(result).producer).absorbed = node.absorbed;
    if (std::holds_alternative<ops::Gemm>(node.op))
      result = graph_.add_node(ops::Reshape{.shape = {1, graph_.type(v).shape[1]}}, {result}, node.name);
    if (!op.to_float) return replace_by_bytes(v, result, y);
    graph_.value(result).name = graph_.value(v).name;
    graph_.replace_uses(v, result);
  }

  /// The bias in units of y, corrected for the mean of what rounding the weights does.
  std::vector<float> bias_of(const Node& node, const QuantizedWeights& w, const Scale& y) const {
    std::vector<double> bias(w.scale.size());
    if (has_operand(node, 2)) {
      const auto from = graph_.constant(node.inputs[2])->span<float>();
      std::copy(from.begin(), from.end(), bias.begin());
    }
    const ValueRange* x = range_of(node.inputs[0]);
    if (x != nullptr && x->channel_mean.size() == w.channels) {
      for (std::size_t m = 0; m < bias.size(); ++m) {
        for (std::size_t c = 0; c < w.channels; ++c)
          bias[m] += static_cast<double>(x->channel_mean[c]) * w.lost[m * w.channels + c];
      }
    }
    std::vector<float> result(bias.size());
    std::ranges::transform(bias, result.begin(), [&](double b) { return static_cast<float>(b / y.scale); });
    return result;
  }

  Graph graph_;
  const Calibration& calibration_;
  const std::vector<bool>& chosen_;
  std::vector<std::string> names_;
  std::vector<bool> wants_bytes_;            // of the values that the graph came with
  std::vector<std::optional<Bytes>> bytes_;  // by value
};

}  // namespace

std::string refuse_quantized(const Graph& graph, const Node& node, const std::vector<std::string>& names,
                             const Calibration& calibration) {
  std::string reason = refuse_lowered(graph, node);
  if (reason.empty()) reason = refuse_weights(*graph.constant(node.inputs[1]), terms_of(graph, node));
  if (!reason.empty()) return reason;
  std::vector<ValueId> needed = {node.inputs[0], node.output};
  if (std::holds_alternative<ops::Conv>(node.op) && has_operand(node, 3)) needed.push_back(node.inputs[3]);
  for (const ValueId v : needed) {
    const std::string& name = names[static_cast<std::size_t>(v)];
    if (!calibration.ranges.contains(name)) return "no range of '" + name + "' in the calibration";
  }
  return {};
}

Graph quantize_graph(const Graph& graph, const Calibration& calibration, const std::vector<bool>& chosen) {
  return Quantizer(graph, calibration, chosen).run();
}

}  // namespace exeunt
