#include "graph/graph.h"

#include <algorithm>

#include "base/error.h"

template class std::vector<exeunt::Node>;

namespace exeunt {

ExitSettings settings_of(const Decision& decision) {
  return {decision.criterion, decision.threshold, decision.temperature, decision.enabled};
}

ValueId Graph::add_input(std::string name, const TensorType& type) {
  checked_bytes(type);
  values.push_back({std::move(name), type, kNoNode, nullptr, {}});
  inputs.push_back(static_cast<ValueId>(values.size()) - 1);
  return inputs.back();
}

ValueId Graph::add_constant(Tensor tensor, std::string name) {
  return add_constant(std::make_shared<const Tensor>(std::move(tensor)), std::move(name));
}

ValueId Graph::add_constant(std::shared_ptr<const Tensor> tensor, std::string name) {
  const TensorType type = tensor->type();
  values.push_back({std::move(name), type, kNoNode, std::move(tensor), {}});
  return static_cast<ValueId>(values.size()) - 1;
}

ValueId Graph::add_node(Op op, std::vector<ValueId> operands, std::string name) {
  Node node{std::move(name), std::move(op), std::move(operands), kNoValue};
  const TensorType type = infer_type(node.op, operand_types(node));
  node.output = static_cast<ValueId>(values.size());
  values.push_back({node.name, type, static_cast<NodeId>(nodes.size()), nullptr, {}});
  nodes.push_back(std::move(node));
  return nodes.back().output;
}

void Graph::change_node(NodeId id, Op op, std::vector<ValueId> operands) {
  Node changed{node(id).name, std::move(op), std::move(operands), node(id).output, node(id).absorbed};
  const TensorType type = infer_type(changed.op, operand_types(changed));
  require(type == this->type(changed.output), ErrorCode::internal, "node '{}' would become {} instead of {}",
          changed.name, type.str(), this->type(changed.output).str());
  node(id) = std::move(changed);
}

const Node* Graph::producer(ValueId id) const {
  if (id == kNoValue || value(id).producer == kNoNode) return nullptr;
  return &node(value(id).producer);
}

const Tensor* Graph::constant(ValueId id) const { return id == kNoValue ? nullptr : value(id).constant.get(); }

std::vector<const TensorType*> Graph::operand_types(const Node& node) const {
  std::vector<const TensorType*> types;
  types.reserve(node.inputs.size());
  for (const ValueId v : node.inputs) types.push_back(v == kNoValue ? nullptr : &type(v));
  return types;
}

void Graph::replace_uses(ValueId from, ValueId to) {
  for (Node& node : nodes) std::ranges::replace(node.inputs, from, to);
  replace_tree_uses(from, to);
}

void Graph::replace_tree_uses(ValueId from, ValueId to) {
  for (TreeNode& node : tree) {
    if (auto* decision = std::get_if<Decision>(&node)) {
      if (decision->input == from) decision->input = to;
    } else {
      std::ranges::replace(std::get<Exit>(node).outputs, from, to);
    }
  }
}

TensorType caller_type(const Value& input) {
  TensorType type = input.type;
  for (std::size_t i = 0; i < input.order.size(); ++i) {
    type.shape[static_cast<int>(i)] = input.type.shape[static_cast<int>(input.order[i])];
  }
  return type;
}

std::vector<TreeId> tree_order(const Graph& graph) {
  std::vector<TreeId> order;
  std::vector<TreeId> stack = {0};
  while (!stack.empty()) {
    const TreeId at = stack.back();
    stack.pop_back();
    order.push_back(at);
    if (const auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(at)])) {
      stack.push_back(decision->stay);
      stack.push_back(decision->leave);
    }
  }
  return order;
}

namespace {

enum class Mark : std::uint8_t { fresh, open, done };

/// Depth first with a stack of its own: chains may be longer than the program's stack.
void visit(const Graph& graph, ValueId value, std::vector<Mark>& marks, std::vector<NodeId>& order) {
  if (value == kNoValue || graph.value(value).producer == kNoNode) return;
  struct Frame {
    NodeId node;
    std::size_t next;
  };
  std::vector<Frame> stack = {{graph.value(value).producer, 0}};
  const auto mark = [&](NodeId id) -> Mark& { return marks[static_cast<std::size_t>(id)]; };
  if (mark(stack.back().node) == Mark::done) return;
  mark(stack.back().node) = Mark::open;
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const Node& node = graph.node(frame.node);
    if (frame.next == node.inputs.size()) {
      mark(frame.node) = Mark::done;
      order.push_back(frame.node);
      stack.pop_back();
      continue;
    }
    const ValueId operand = node.inputs[frame.next++];
    const NodeId from = operand == kNoValue ? kNoNode : graph.value(operand).producer;
    if (from == kNoNode || mark(from) == Mark::done) continue;
    require(mark(from) != Mark::open, ErrorCode::internal, "node '{}' needs its own result", graph.node(from).name);
    mark(from) = Mark::open;
    stack.push_back({from, 0});
  }
}

}  // namespace

void change_settings(Graph& graph, std::span<const ExitSettings> settings) {
  std::vector<Decision*> decisions;
  for (const TreeId id : tree_order(graph)) {
    if (auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(id)]))
      decisions.push_back(decision);
  }
  check_choices(decisions.size(), settings, [&](std::size_t i) {
    return NamedCriterion{decisions[i]->criterion, decisions[i]->name};
  });
  for (std::size_t i = 0; i < settings.size(); ++i) {
    decisions[i]->criterion = settings[i].criterion;
    decisions[i]->threshold = settings[i].threshold;
    decisions[i]->temperature = settings[i].temperature;
    decisions[i]->enabled = settings[i].enabled;
  }
}

std::vector<TreeId> exits_of(const Graph& graph) {
  std::vector<TreeId> exits;
  for (const TreeId id : tree_order(graph)) {
    if (std::holds_alternative<Exit>(graph.tree[static_cast<std::size_t>(id)])) exits.push_back(id);
  }
  return exits;
}

std::vector<NodeId> execution_order(const Graph& graph) {
  std::vector<NodeId> order;
  std::vector<Mark> marks(graph.nodes.size(), Mark::fresh);
  for (const TreeId id : tree_order(graph)) {
    for_each_tree_use(graph.tree[static_cast<std::size_t>(id)], [&](ValueId v) { visit(graph, v, marks, order); });
  }
  return order;
}

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.values.size());
  const auto add = [&](ValueId v) {
    if (v != kNoValue) ++uses[static_cast<std::size_t>(v)];
  };
  for (const NodeId id : execution_order(graph)) std::ranges::for_each(graph.node(id).inputs, add);
  for (const TreeNode& node : graph.tree) for_each_tree_use(node, add);
  return uses;
}

int remove_dead(Graph& graph) {
  const std::vector<NodeId> order = execution_order(graph);
  const int dropped = static_cast<int>(graph.nodes.size() - order.size());
  Graph live;
  std::vector<ValueId> renamed(graph.values.size(), kNoValue);
  const auto keep = [&](ValueId old) {
    if (old == kNoValue) return kNoValue;
    ValueId& id = renamed[static_cast<std::size_t>(old)];
    if (id == kNoValue) {
      id = static_cast<ValueId>(live.values.size());
      live.values.push_back(std::move(graph.value(old)));
    }
    return id;
  };
  for (const ValueId v : graph.inputs) live.inputs.push_back(keep(v));
  for (const NodeId id : order) {
    Node node = std::move(graph.node(id));
    for (ValueId& v : node.inputs) v = keep(v);
    node.output = keep(node.output);
    live.value(node.output).producer = static_cast<NodeId>(live.nodes.size());
    live.nodes.push_back(std::move(node));
  }
  live.tree = std::move(graph.tree);
  for (TreeNode& node : live.tree) {
    if (auto* decision = std::get_if<Decision>(&node)) {
      decision->input = keep(decision->input);
    } else {
      for (ValueId& v : std::get<Exit>(node).outputs) v = keep(v);
    }
  }
  live.output_names = std::move(graph.output_names);
  graph = std::move(live);
  return dropped;
}

}  // namespace exeunt
