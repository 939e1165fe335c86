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

std::shared_ptr<const Tensor> ConstantEvaluator::get(ValueId id) {
  const Value& value = graph_.value(id);
  if (value.constant != nullptr) return value.constant;
  if (value.producer == kNoNode) return nullptr;
  if (const auto found = known_.find(id); found != known_.end()) return found->second;
  known_[id] = nullptr;
  const Node node = graph_.node(value.producer);
  return known_[id] = evaluate(graph_, node, [&](ValueId v) { return get(v); });
}

}  // namespace exeunt
