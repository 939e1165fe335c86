#include "diagnose/walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/dtype.h"
#include "base/shape.h"

namespace exeunt {

namespace {

bool is_view(const Graph& graph, const Node& node) {
  if (const auto* unary = std::get_if<ops::Unary>(&node.op)) return unary->fn == ops::UnaryFn::Identity;
  if (std::holds_alternative<ops::Cast>(node.op))
    return is_float(graph.type(node.inputs[0]).dtype) && is_float(graph.type(node.output).dtype);
  return std::holds_alternative<ops::Reshape>(node.op) || std::holds_alternative<ops::Transpose>(node.op);
}

}  // namespace

ValueId skip_views(const Graph& graph, ValueId v) {
  for (const Node* node = graph.producer(v); node != nullptr && is_view(graph, *node); node = graph.producer(v))
    v = node->inputs[0];
  return v;
}

std::vector<bool> dependents(const Graph& graph, ValueId source) {
  std::vector<bool> depends(graph.values.size());
  if (source == kNoValue) {
    for (const ValueId v : graph.inputs) depends[static_cast<std::size_t>(v)] = true;
  } else {
    depends[static_cast<std::size_t>(source)] = true;
  }
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<ops::ShapeOf>(node.op)) continue;
    const bool any = std::ranges::any_of(
        node.inputs, [&](ValueId v) { return v != kNoValue && depends[static_cast<std::size_t>(v)]; });
    if (any) depends[static_cast<std::size_t>(node.output)] = true;
  }
  return depends;
}

const Decision* decision_at(const Graph& graph, TreeId at) {
  return std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(at)]);
}

std::vector<int> exits_below(const Graph& graph, TreeId at) {
  const std::vector<TreeId> exits = exits_of(graph);
  std::vector<int> found;
  std::vector<TreeId> stack = {at};
  while (!stack.empty()) {
    const TreeId id = stack.back();
    stack.pop_back();
    if (const Decision* decision = decision_at(graph, id)) {
      stack.insert(stack.end(), {decision->leave, decision->stay});
    } else {
      found.push_back(static_cast<int>(std::ranges::find(exits, id) - exits.begin()));
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string exits_text(const std::vector<int>& exits) {
  return fmt::format("exit{} {}", exits.size() == 1 ? "" : "s", fmt::join(exits, ", "));
}

std::int64_t softmax_classes(const Graph& graph, const Node& softmax) {
  const Shape& shape = graph.type(softmax.output).shape;
  return shape[normalize_axis(std::get<ops::Softmax>(softmax.op).axis, shape.rank())];
}

std::string share_text(double share) { return fmt::format("{:.1f} %", share * 100); }

}  // namespace exeunt
