#include "graph/constant_eval.h"

namespace exeunt {

namespace {

template <class GetConstant>
std::shared_ptr<const Tensor> evaluate(const Graph& graph, const Node& node, GetConstant&& get) {
  const bool shape_only = std::holds_alternative<ops::ShapeOf>(node.op);
  std::vector<TensorView> operands;
  std::vector<std::shared_ptr<const Tensor>> held;
  for (const ValueId v : node.inputs) {
    if (v == kNoValue) {
      operands.emplace_back();
    } else if (shape_only) {
      operands.push_back({nullptr, graph.type(v)});
    } else {
      held.push_back(get(v));
      if (held.back() == nullptr) return nullptr;
      operands.push_back(held.back()->view());
    }
  }
  Tensor result(graph.type(node.output));
  const MutableTensorView out = result.mutable_view();
  run_reference(node.op, operands, {&out, 1});
  return std::make_shared<const Tensor>(std::move(result));
}

}  // namespace

std::shared_ptr<const Tensor> evaluate_node(const Graph& graph, const Node& node) {
  return evaluate(graph, node, [&](ValueId v) { return graph.value(v).constant; });
}

std::shared_ptr<const Tensor> ConstantEvaluator::known(ValueId v) const {
  if (graph_.value(v).constant != nullptr) return graph_.value(v).constant;
  const auto found = known_.find(v);
  return found == known_.end() ? nullptr : found->second;
}

/// Puts `v` on the stack if it has never been there. Until it is computed, it depends on an input.
bool ConstantEvaluator::open(ValueId v, std::vector<Frame>& stack) {
  if (graph_.producer(v) == nullptr || !known_.emplace(v, nullptr).second) return false;
  stack.push_back({v, 0});
  return true;
}

std::shared_ptr<const Tensor> ConstantEvaluator::get(ValueId id) {
  // With a stack of its own: chains may be longer than the program's stack.
  std::vector<Frame> stack;
  open(id, stack);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const Node& node = *graph_.producer(frame.value);
    if (!std::holds_alternative<ops::ShapeOf>(node.op) && frame.next < node.inputs.size()) {
      const ValueId operand = node.inputs[frame.next];
      if (operand == kNoValue || known(operand) != nullptr) {
        ++frame.next;
      } else if (!open(operand, stack)) {
        stack.pop_back();
      }
      continue;
    }
    known_[frame.value] = evaluate(graph_, node, [&](ValueId v) { return known(v); });
    stack.pop_back();
  }
  return known(id);
}

}  // namespace exeunt
