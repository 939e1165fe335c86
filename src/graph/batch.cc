#include "graph/batch.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "graph/batch_rules.h"

namespace exeunt {

namespace {

using Kind = BatchState::Kind;

constexpr const char* kCountReason = "gives the number of samples, which later nodes compute with";

/// Whether a node takes other elements of a shape than number `element`.
bool leaves_out(const Graph& graph, const Node& node, int element) {
  if (element < 0) return false;
  if (const auto* slice = std::get_if<ops::Slice>(&node.op)) {
    const auto range = ops::slice_ranges(*slice, graph.type(node.inputs[0]).shape)[0];
    for (std::int64_t i = 0; i < range.count; ++i) {
      if (range.start + i * range.step == element) return false;
    }
    return true;
  }
  const Tensor* indices = std::holds_alternative<ops::Gather>(node.op) ? graph.constant(node.inputs[1]) : nullptr;
  if (indices == nullptr) return false;
  const std::int64_t size = graph.type(node.inputs[0]).shape.elements();
  const auto is_element = [&](std::int64_t i) { return (i < 0 ? i + size : i) == element; };
  return indices->dtype() == DType::i32 ? std::ranges::none_of(indices->span<std::int32_t>(), is_element)
                                        : std::ranges::none_of(indices->span<std::int64_t>(), is_element);
}

/// Which element of a Shape's result is the batch; empty if none is.
std::optional<int> batch_element(const ops::ShapeOf& op, const Shape& shape, const BatchState& operand) {
  const auto clamp = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + shape.rank() : at, 0, shape.rank());
  };
  const std::int64_t axis = operand.place.axis;
  if (axis < clamp(op.start) || axis >= clamp(op.end)) return std::nullopt;
  return static_cast<int>(axis - clamp(op.start));
}

}  // namespace

std::string BatchObstacle::str() const {
  return op.empty() ? formatted("input '{}' {}", node, reason) : formatted("node '{}' ({}) {}", node, op, reason);
}

const BatchState& BatchAxes::of(ValueId v) {
  for (; next_value_ < graph_.values.size(); ++next_value_) {
    const Value& value = graph_.values[next_value_];
    const bool is_input = value.producer == kNoNode && value.constant == nullptr;
    const BatchPlace place{value.type.shape.rank() == 0 ? -1 : 0, 1};
    states_.push_back({is_input ? Kind::samples : Kind::shared, is_input ? place : BatchPlace{}, kNoNode});
  }
  for (; next_node_ < graph_.nodes.size(); ++next_node_) {
    const auto id = static_cast<NodeId>(next_node_);
    states_[static_cast<std::size_t>(graph_.node(id).output)] = follow(id);
  }
  return states_[static_cast<std::size_t>(v)];
}

BatchObstacle BatchAxes::obstacle(NodeId culprit) const {
  const Node& node = graph_.node(culprit);
  const auto reason = reasons_.find(culprit);
  return {node.name, std::string(op_name(node.op)), reason == reasons_.end() ? kCountReason : reason->second};
}

BatchState BatchAxes::follow(NodeId id) {
  const Node& node = graph_.node(id);
  std::vector<BatchState> operands;
  const BatchState* count = nullptr;
  bool samples = false;
  for (const ValueId v : node.inputs) {
    BatchState& state = operands.emplace_back();
    if (v == kNoValue) continue;
    state = states_[static_cast<std::size_t>(v)];
    if (state.kind == Kind::mixed) return state;
    samples = samples || state.kind == Kind::samples;
  }
  for (const BatchState& state : operands) {
    if (state.kind == Kind::count) count = &state;
  }
  if (count != nullptr) {
    if (samples) return {Kind::mixed, {}, count->culprit};
    if (leaves_out(graph_, node, count->place.axis)) return {};
    const bool by_element = std::holds_alternative<ops::Unary>(node.op) || std::holds_alternative<ops::Cast>(node.op);
    return {Kind::count, {by_element ? count->place.axis : -1, 1}, count->culprit};
  }
  if (!samples) return {};
  if (const auto* shape_of = std::get_if<ops::ShapeOf>(&node.op)) {
    const auto element = batch_element(*shape_of, graph_.type(node.inputs[0]).shape, operands[0]);
    return element ? BatchState{Kind::count, {*element, 1}, id} : BatchState{};
  }
  const BatchVerdict verdict = follow_batch(graph_, node, operands, free_batch_);
  if (const auto* place = std::get_if<BatchPlace>(&verdict)) return {Kind::samples, *place, kNoNode};
  reasons_[id] = std::get<std::string>(verdict);
  return {Kind::mixed, {}, id};
}

std::optional<BatchObstacle> find_batch_obstacle(const Graph& graph, bool free_batch) {
  for (const ValueId v : graph.inputs) {
    const Shape& shape = graph.type(v).shape;
    if (shape.rank() > 0 && shape[0] == 1) continue;
    const std::string type = graph.type(v).str();
    return BatchObstacle{graph.value(v).name, "",
                         shape.rank() == 0 ? formatted("is {}: it has no axis for the samples", type)
                                           : formatted("is {}: its first axis is not a batch of 1", type)};
  }
  BatchAxes axes(graph, free_batch);
  // The first one in the order of the nodes: what comes later may be its consequence only.
  NodeId first = kNoNode;
  for (const TreeId id : exits_of(graph)) {
    for (const ValueId v : std::get<Exit>(graph.tree[static_cast<std::size_t>(id)]).outputs) {
      const BatchState& state = axes.of(v);
      if (state.culprit != kNoNode && (first == kNoNode || state.culprit < first)) first = state.culprit;
    }
  }
  if (first == kNoNode) return std::nullopt;
  return axes.obstacle(first);
}

}  // namespace exeunt
