#include <algorithm>
#include <functional>

#include "base/dtype.h"
#include "base/error.h"
#include "onnx/importer.h"
#include "onnx/lift_exits.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

const onnx::GraphProto* arm_of(const onnx::NodeProto& node, std::string_view name) {
  const auto found =
      std::ranges::find_if(node.attribute(), [&](const auto& a) { return a.name() == name && a.has_g(); });
  return found == node.attribute().end() ? nullptr : &found->g();
}

/// Calls `f` with every name that a graph, or a graph in it, takes from around it.
void for_each_captured_name(const onnx::GraphProto& graph, const std::function<void(const std::string&)>& f) {
  std::unordered_set<std::string> own;
  for (const auto& input : graph.input()) own.insert(input.name());
  for (const auto& initializer : graph.initializer()) own.insert(initializer.name());
  for (const auto& node : graph.node()) own.insert(node.output().begin(), node.output().end());
  const auto use = [&](const std::string& name) {
    if (!name.empty() && !own.contains(name)) f(name);
  };
  for (const auto& output : graph.output()) use(output.name());
  for (const auto& node : graph.node()) {
    std::ranges::for_each(node.input(), use);
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) for_each_captured_name(attribute.g(), use);
    }
  }
}

/// Whether a constant condition was computed from the shape of something: exporters guard their own code that way.
bool depends_on_shape(const Graph& graph, ValueId condition) {
  std::unordered_set<ValueId> seen;
  std::vector<ValueId> stack = {condition};
  while (!stack.empty()) {
    const Node* node = graph.producer(stack.back());
    stack.pop_back();
    if (node == nullptr) continue;
    if (std::holds_alternative<ops::ShapeOf>(node->op)) return true;
    for (const ValueId v : node->inputs) {
      if (v != kNoValue && seen.insert(v).second) stack.push_back(v);
    }
  }
  return false;
}

}  // namespace

bool is_conditional(const onnx::NodeProto& node) { return node.op_type() == "If" && is_default_domain(node.domain()); }

std::vector<std::string> captured_names(const onnx::NodeProto& node) {
  std::vector<std::string> names;
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g())
      for_each_captured_name(attribute.g(), [&](const std::string& name) { names.push_back(name); });
  }
  return names;
}

/// Removes the first `If` whose condition and captured names are known. Null: there is none.
const onnx::NodeProto* Importer::take_conditional(Frame& frame) const {
  std::unordered_set<std::string> to_come;
  for (const onnx::NodeProto* node : frame.pending) to_come.insert(node->output().begin(), node->output().end());
  const auto waits = [&](const onnx::NodeProto& node) {
    return std::ranges::any_of(captured_names(node), [&](const std::string& name) { return to_come.contains(name); });
  };
  const auto ready = std::ranges::find_if(frame.pending, [&](const onnx::NodeProto* node) {
    return is_conditional(*node) && is_ready(*node, *frame.scope) && !waits(*node);
  });
  if (ready == frame.pending.end()) return nullptr;
  const onnx::NodeProto* node = *ready;
  frame.pending.erase(ready);
  return node;
}

TreeId Importer::import_conditional(const onnx::NodeProto& node, const Frame& frame) {
  const bool fresh = noted_.insert(&node).second;
  notes_.conditionals += fresh ? 1 : 0;
  require(node.input_size() == 1 && !node.input(0).empty(), ErrorCode::format, "node '{}' (If) has no condition",
          name_of(node));
  const ValueId condition = *frame.scope->find(node.input(0));
  if (condition == kNoValue) {
    // The condition was not imported: look through both arms for what else is not supported.
    import_arm(node, true, frame);
    return import_arm(node, false, frame);
  }
  const TensorType& type = graph_.type(condition);
  require(type.dtype == DType::boolean && type.shape.elements() == 1, ErrorCode::shape,
          "node '{}' (If): the condition is {}; one bool is needed", name_of(node), type.str());
  // The first exit of a chain by patience: one exit agrees with itself.
  const auto number = static_cast<std::size_t>(decisions_);
  const bool is_patience =
      entries_ && number < entries_->size() && (*entries_)[number].criterion == CriterionKind::patience;
  const auto constant = constants_.get(condition);
  if (constant != nullptr && (!is_patience || depends_on_shape(graph_, condition))) {
    notes_.folded_conditionals += fresh ? 1 : 0;
    if (fresh && !depends_on_shape(graph_, condition)) notes_.constant_conditions.push_back(name_of(node));
    return import_arm(node, constant->span<bool>()[0], frame);
  }
  ++decisions_;
  const LiftedCondition lifted = lift_condition(graph_, constants_, axes_, condition);
  const auto id = static_cast<TreeId>(graph_.tree.size());
  graph_.tree.emplace_back();
  Decision decision;
  decision.name = name_of(node);
  decision.criterion = lifted.criterion;
  decision.threshold = lifted.threshold;
  decision.input = lifted.input;
  decision.combine = lifted.combine;
  decision_names_.push_back(decision.name);
  decision.leave = import_arm(node, lifted.then_leaves, frame);
  decision.stay = import_arm(node, !lifted.then_leaves, frame);
  decision_names_.pop_back();
  graph_.tree[static_cast<std::size_t>(id)] = std::move(decision);
  return id;
}

TreeId Importer::import_arm(const onnx::NodeProto& node, bool then_arm, const Frame& after) {
  const onnx::GraphProto* arm = arm_of(node, then_arm ? "then_branch" : "else_branch");
  require(arm != nullptr, ErrorCode::format, "node '{}' (If) has no {}_branch", name_of(node),
          then_arm ? "then" : "else");
  Frame frame;
  frame.graph = arm;
  for (const onnx::NodeProto& inner : arm->node()) frame.pending.push_back(&inner);
  frame.scope = std::make_shared<Scope>();
  frame.scope->outer = after.scope;
  frame.outer = std::make_shared<const Frame>(after);
  frame.outer_node = &node;
  add_initializers(*arm, *frame.scope);
  return import_frame(std::move(frame));
}

TreeId Importer::finish_frame(const Frame& frame) {
  if (frame.outer == nullptr) return add_exit(frame);
  const auto& results = frame.graph->output();
  const auto& wanted = frame.outer_node->output();
  Frame after = *frame.outer;
  after.scope = std::make_shared<Scope>();
  after.scope->outer = frame.outer->scope;
  after.scope->same_graph = true;
  for (int i = 0; i < wanted.size(); ++i) {
    require(i < results.size(), ErrorCode::format, "node '{}' (If): an arm has {} outputs, {} are asked for",
            name_of(*frame.outer_node), results.size(), wanted.size());
    const ValueId* value = frame.scope->find(results[i].name());
    require(value != nullptr, ErrorCode::format, "node '{}' (If): nothing produces its arm's output '{}'",
            name_of(*frame.outer_node), results[i].name());
    if (!wanted[i].empty()) after.scope->add(wanted[i], *value);
  }
  return import_frame(std::move(after));
}

}  // namespace exeunt
