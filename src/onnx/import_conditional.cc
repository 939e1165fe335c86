#include <algorithm>

#include "base/dtype.h"
#include "base/error.h"
#include "onnx/importer.h"
#include "onnx/lift_exits.h"

namespace exeunt {

namespace {

const onnx::GraphProto* arm_of(const onnx::NodeProto& node, std::string_view name) {
  const auto found =
      std::ranges::find_if(node.attribute(), [&](const auto& a) { return a.name() == name && a.has_g(); });
  return found == node.attribute().end() ? nullptr : &found->g();
}

/// Calls `f` with every name used in a graph or the graphs in it.
template <class F>
void for_each_name_used(const onnx::GraphProto& graph, F&& f) {
  for (const auto& output : graph.output()) f(output.name());
  for (const auto& node : graph.node()) {
    for (const std::string& name : node.input()) f(name);
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) for_each_name_used(attribute.g(), f);
    }
  }
}

std::string name_of(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return node.output_size() > 0 ? node.output(0) : "If";
}

}  // namespace

/// Removes the first `If` whose condition and captured names are known. Null: there is none.
const onnx::NodeProto* Importer::take_conditional(Frame& frame) const {
  std::unordered_set<std::string> to_come;
  for (const onnx::NodeProto* node : frame.pending) to_come.insert(node->output().begin(), node->output().end());
  const auto waits = [&](const onnx::NodeProto& node) {
    bool found = false;
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g())
        for_each_name_used(attribute.g(), [&](const std::string& name) { found = found || to_come.contains(name); });
    }
    return found;
  };
  const auto ready = std::ranges::find_if(frame.pending, [&](const onnx::NodeProto* node) {
    return node->op_type() == "If" && is_ready(*node, *frame.scope) && !waits(*node);
  });
  if (ready == frame.pending.end()) return nullptr;
  const onnx::NodeProto* node = *ready;
  frame.pending.erase(ready);
  return node;
}

TreeId Importer::import_conditional(const onnx::NodeProto& node, const Frame& frame) {
  const bool fresh = seen_conditionals_.insert(&node).second;
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
  if (const auto constant = constants_.get(condition)) {
    notes_.folded_conditionals += fresh ? 1 : 0;
    return import_arm(node, constant->span<bool>()[0], frame);
  }
  const LiftedCondition lifted = lift_condition(graph_, constants_, condition);
  const auto id = static_cast<TreeId>(graph_.tree.size());
  graph_.tree.emplace_back();
  Decision decision{name_of(node), lifted.criterion, lifted.threshold, lifted.input, kNoTree, kNoTree};
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

}  // namespace exeunt
