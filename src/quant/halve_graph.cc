#include "quant/halve_graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/half.h"
#include "graph/only_moves.h"
#include "quant/halve_weights.h"
#include "quant/lowering.h"

namespace exeunt {

namespace {

class Halver {
 public:
  Halver(const Graph& graph, DType half, const std::vector<bool>& chosen)
      : graph_(graph),
        half_(half),
        chosen_(chosen),
        wanted_(values_read_by(graph, chosen)),
        halves_(graph.values.size(), kNoValue) {}

  Graph run() {
    for (const NodeId id : execution_order(graph_)) {
      const Node node = graph_.node(id);
      if (!chosen_[at(id)]) {
        move_halves(node);
      } else if (const auto* conv = std::get_if<ops::Conv>(&node.op)) {
        lower(node, *conv);
      } else {
        lower_product(node, std::get<ops::Gemm>(node.op));
      }
    }
    remove_dead(graph_);
    return std::move(graph_);
  }

 private:
  static std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

  /// `v` in 16 bits, kNoValue if there is no such value.
  ValueId& half_of(ValueId v) {
    if (halves_.size() <= at(v)) halves_.resize(graph_.values.size(), kNoValue);
    return halves_[at(v)];
  }

  /// `v` in 16 bits, made from its floats if need be.
  ValueId need_half(ValueId v) {
    if (half_of(v) != kNoValue) return half_of(v);
    const ValueId half =
        graph_.add_node(ops::Cast{half_}, {v}, fmt::format("{} (to {})", graph_.value(v).name, dtype_name(half_)));
    graph_.value(half).name = graph_.value(v).name;
    return half_of(v) = half;
  }

  /// Floats of a value are made anew from 16 bits for those who want floats.
  void replace_by_half(ValueId v, ValueId half) {
    const ValueId floats = graph_.add_node(ops::Cast{DType::f32}, {half}, graph_.value(v).name + " (to floats)");
    graph_.value(floats).name = graph_.value(half).name = graph_.value(v).name;
    graph_.replace_uses(v, floats);
    half_of(v) = half_of(floats) = half;
  }

  void move_halves(const Node& node) {
    if (node.inputs.empty() || !wanted_[at(node.output)] || !only_moves(node)) return;
    const ValueId x = half_of(node.inputs[0]);
    if (x == kNoValue) return;
    const ValueId half = graph_.add_node(node.op, {x}, node.name);
    graph_.value(half).name = graph_.value(node.output).name;
    half_of(node.output) = half;
  }

  void lower(const Node& node, const ops::Conv& conv) {
    std::vector<ValueId> operands = {need_half(node.inputs[0]),
                                     graph_.add_constant(halved(*graph_.constant(node.inputs[1]), half_))};
    if (node.inputs.size() > 2) operands.push_back(node.inputs[2]);
    if (has_operand(node, 3)) operands.push_back(need_half(node.inputs[3]));
    replace_by_half(node.output, add_conv(node, conv, std::move(operands)));
  }

  void lower_product(const Node& node, const ops::Gemm& gemm) {
    ops::Conv conv;
    conv.strides = conv.dilations = {1};
    conv.pads = {0, 0};
    conv.activation = gemm.activation;
    conv.activation_alpha = gemm.activation_alpha;
    conv.activation_beta = gemm.activation_beta;
    const Shape result = graph_.type(node.output).shape;
    const std::int64_t depth = graph_.type(node.inputs[0]).shape[1];
    const ValueId pixel = graph_.add_node(ops::Reshape{.shape = {1, depth, 1}}, {need_half(node.inputs[0])}, node.name);
    std::vector<ValueId> operands = {pixel, graph_.add_constant(halved(filters_of(graph_, node), half_))};
    if (has_operand(node, 2)) operands.push_back(row(*graph_.constant(node.inputs[2])));
    const ValueId y = add_conv(node, conv, std::move(operands));
    replace_by_half(node.output, graph_.add_node(ops::Reshape{.shape = {1, result[1]}}, {y}, node.name));
  }

  /// A bias of whatever rank as a list.
  ValueId row(const Tensor& bias) {
    const auto values = bias.span<float>();
    return graph_.add_constant(
        Tensor::of<float>(DType::f32, {bias.elements()}, std::vector<float>(values.begin(), values.end())));
  }

  ValueId add_conv(const Node& node, const ops::Conv& conv, std::vector<ValueId> operands) {
    const ValueId y = graph_.add_node(conv, std::move(operands), node.name);
    graph_.node(graph_.value(y).producer).absorbed = node.absorbed;
    return y;
  }

  Graph graph_;
  DType half_;
  const std::vector<bool>& chosen_;
  std::vector<bool> wanted_;  // of the values that the graph came with
  std::vector<ValueId> halves_;
};

}  // namespace

std::string refuse_halved(const Graph& graph, const Node& node, DType half) {
  std::string reason = refuse_lowered(graph, node);
  if (!reason.empty() || half == DType::bf16) return reason;
  return refuse_half_numbers(*graph.constant(node.inputs[1]));
}

std::string refuse_half_ranges(const Node& node, const std::vector<std::string>& names,
                               const Calibration& calibration) {
  std::vector<ValueId> values = {node.inputs[0], node.output};
  if (std::holds_alternative<ops::Conv>(node.op) && has_operand(node, 3)) values.push_back(node.inputs[3]);
  for (const ValueId v : values) {
    const std::string& name = names[static_cast<std::size_t>(v)];
    const auto range = calibration.ranges.find(name);
    if (range == calibration.ranges.end()) continue;
    const float reach = std::max(range->second.high, -range->second.low);
    if (reach > kHighestHalf)
      return fmt::format("'{}' reaches {:g}, beyond what 16 bits hold ({:g})", name, reach, kHighestHalf);
  }
  return {};
}

Graph halve_graph(const Graph& graph, DType half, const std::vector<bool>& chosen) {
  return Halver(graph, half, chosen).run();
}

}  // namespace exeunt
