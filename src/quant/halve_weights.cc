#include "quant/halve_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/half.h"
#include "quant/lowering.h"

namespace exeunt {

std::string refuse_half_numbers(const Tensor& weights) {
  if (weights.dtype() != DType::f32) return "weights other than f32";
  constexpr double kMostLoss = 1.0 / 2048;
  double squares = 0;
  double lost = 0;
  for (const float w : weights.span<float>()) {
    if (!(std::abs(w) <= kHighestHalf))
      return fmt::format("a weight of {:g} is beyond what 16 bits hold ({:g})", w, kHighestHalf);
    const auto wide = static_cast<double>(w);
    const double off = wide - static_cast<double>(static_cast<float>(Half(w)));
    squares += wide * wide;
    lost += off * off;
  }
  const double loss = squares == 0 ? 0 : std::sqrt(lost / squares);
  if (loss <= kMostLoss) return {};
  return fmt::format("its weights are too small for 16 bits: rounding them loses {:.2g} of their size", loss);
}

std::string refuse_half_weights(const Graph& graph, const Node& node) {
  if (std::string reason = refuse_lowered(graph, node); !reason.empty()) return reason;
  return refuse_half_numbers(*graph.constant(node.inputs[1]));
}

Graph halve_weights(const Graph& graph, const std::vector<bool>& chosen) {
  Graph result = graph;
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    if (!chosen[id]) continue;
    const Tensor& weights = *graph.constant(graph.nodes[id].inputs[1]);
    Tensor halves({DType::f16, weights.shape()});
    std::ranges::transform(weights.span<float>(), halves.mutable_span<Half>().begin(), [](float w) { return Half(w); });
    const ValueId w = result.add_constant(std::move(halves), graph.value(graph.nodes[id].inputs[1]).name);
    result.nodes[id].inputs[1] = w;
  }
  remove_dead(result);
  return result;
}

}  // namespace exeunt
