#include "engine/compile/node_times.h"

#include <algorithm>
#include <limits>
#include <set>

#include "cpu/float_weights.h"
#include "plan/plan_data.h"

namespace exeunt {

namespace {

/// Times of steps by the value of the graph that they make.
std::map<ValueId, double> times_by_value(const PlanData& plan) {
  std::map<ValueId, double> us;
  for (const Step& step : plan.steps) us[step.value] += step.us;
  return us;
}

bool is_lowered(const Graph& graph, const Node& node) {
  if (std::holds_alternative<ops::Conv>(node.op) || std::holds_alternative<ops::Gemm>(node.op))
    return graph.type(node.inputs[1]).dtype != DType::f32;
  return std::holds_alternative<ops::QuantizedConv>(node.op);
}

bool is_conversion(const Node& node) {
  return std::holds_alternative<ops::Quantize>(node.op) || std::holds_alternative<ops::Dequantize>(node.op) ||
         std::holds_alternative<ops::Cast>(node.op);
}

}  // namespace

std::map<std::string, double> lowered_times(const PlanData& plan) {
  const Graph& graph = *plan.graph;
  const std::map<ValueId, double> us = times_by_value(plan);
  const std::vector<int> uses = count_uses(graph);
  // Rounded weights that lie as floats nevertheless gain nothing.
  std::set<ValueId> widened;
  for (const Step& step : plan.steps) {
    if (step.kernel.ends_with(cpu::kWidenedWeights)) widened.insert(step.value);
  }
  const auto time = [&](ValueId v) { return us.contains(v) ? us.at(v) : 0.0; };
  std::map<std::string, double> result;
  for (const Node& node : graph.nodes) {
    if (!is_lowered(graph, node)) continue;
    double total = time(node.output);
    if (widened.contains(node.output)) total = std::numeric_limits<double>::infinity();
    const bool are_weights_only =
        !std::holds_alternative<ops::QuantizedConv>(node.op) && graph.type(node.inputs[0]).dtype == DType::f32;
    if (are_weights_only) {
      result[node.name] += total;
      continue;
    }
    for (const ValueId v : node.inputs) {
      const Node* maker = v == kNoValue ? nullptr : graph.producer(v);
      if (maker != nullptr && is_conversion(*maker)) total += time(v) / std::max(1, uses[static_cast<std::size_t>(v)]);
    }
    for (const Node& user : graph.nodes) {
      if (is_conversion(user) && user.inputs[0] == node.output) total += time(user.output);
    }
    result[node.name] += total;
  }
  return result;
}

std::map<std::string, double> float_times(const Graph& graph, const PlanData& plan) {
  const std::map<ValueId, double> us = times_by_value(plan);
  std::map<std::string, double> result;
  for (const Node& node : graph.nodes) {
    if (us.contains(node.output)) result[node.name] += us.at(node.output);
  }
  return result;
}

}  // namespace exeunt
