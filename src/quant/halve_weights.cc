#include "quant/halve_weights.h"

#include <fmt/format.h>

#include <cmath>

#include "base/half.h"
#include "quant/lowering.h"

namespace exeunt {

std::string refuse_half_numbers(const Tensor& weights, float highest) {
  if (weights.dtype() != DType::f32) return "weights other than f32";
  constexpr double kMostLoss = 1.0 / 2048;
  double squares = 0;
  double lost = 0;
  for (const float w : weights.span<float>()) {
    if (!(std::abs(w) <= highest))
      return fmt::format("a weight of {:g} is beyond what 16 bits hold ({:g})", w, highest);
    const auto wide = static_cast<double>(w);
    const double off = wide - static_cast<double>(static_cast<float>(Half(w)));
    squares += wide * wide;
    lost += off * off;
  }
  const double loss = squares == 0 ? 0 : std::sqrt(lost / squares);
  if (loss <= kMostLoss) return {};
  return fmt::format("its weights are too small for 16 bits: rounding them loses {:.2g} of their size", loss);
}

std::string refuse_half_weights(const Graph& graph, const Node& node, DType half) {
  if (std::string reason = refuse_lowered(graph, node); !reason.empty()) return reason;
  // Kernels of products hold those of bf16 as IEEE halves, too.
  constexpr float kHighestBf16 = 65280;
  return refuse_half_numbers(*graph.constant(node.inputs[1]), half == DType::bf16 ? kHighestBf16 : kHighestHalf);
}

Graph halve_weights(const Graph& graph, DType half, const std::vector<bool>& chosen) {
  Graph result = graph;
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    if (!chosen[id]) continue;
    Tensor halves = halved(*graph.constant(graph.nodes[id].inputs[1]), half);
    const ValueId w = result.add_constant(std::move(halves), graph.value(graph.nodes[id].inputs[1]).name);
    result.nodes[id].inputs[1] = w;
  }
  remove_dead(result);
  return result;
}

}  // namespace exeunt
