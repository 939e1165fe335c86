#include "quant/halve_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

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
  const Tensor& weights = *graph.constant(node.inputs[1]);
  if (half != DType::bf16) return refuse_half_numbers(weights);
  // Kernels of products hold those of bf16 as IEEE halves, too.
  constexpr float kHighestOfBoth = 65280;
  if (std::holds_alternative<ops::Gemm>(node.op)) return refuse_half_numbers(weights, kHighestOfBoth);
  const auto is_bf16 = [](float w) { return std::isfinite(static_cast<float>(BFloat16(w))); };
  return std::ranges::all_of(weights.span<float>(), is_bf16) ? "" : "a weight that bf16 does not hold";
}

Graph halve_weights(const Graph& graph, DType half, const std::vector<bool>& chosen) {
  Graph result = graph;
  std::map<ValueId, ValueId> rounded;  // nodes that share weights still do
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    if (!chosen[id]) continue;
    const ValueId floats = graph.nodes[id].inputs[1];
    if (!rounded.contains(floats))
      rounded[floats] = result.add_constant(halved(*graph.constant(floats), half), graph.value(floats).name);
    result.nodes[id].inputs[1] = rounded[floats];
  }
  remove_dead(result);
  return result;
}

}  // namespace exeunt
