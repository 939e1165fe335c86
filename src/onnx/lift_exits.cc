#include "onnx/lift_exits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/dtype.h"
#include "base/shape.h"
#include "graph/placement.h"

namespace exeunt {

namespace {

template <class T>
const T* op_as(const Node* node) {
  return node == nullptr ? nullptr : std::get_if<T>(&node->op);
}

bool is_unary(const Node* node, ops::UnaryFn fn) {
  const auto* unary = op_as<ops::Unary>(node);
  return unary != nullptr && unary->fn == fn;
}

/// Walks up through nodes that keep every element as it is.
ValueId skip_views(const Graph& graph, ValueId v) {
  for (;;) {
    const Node* node = graph.producer(v);
    const bool cast_to_same =
        op_as<ops::Cast>(node) != nullptr && graph.type(node->inputs[0]).dtype == graph.type(v).dtype;
    if (!is_unary(node, ops::UnaryFn::Identity) && op_as<ops::Reshape>(node) == nullptr && !cast_to_same) return v;
    v = node->inputs[0];
  }
}

bool covers_all(const Shape& shape, std::int64_t axis) {
  return shape[normalize_axis(axis, shape.rank())] == shape.elements();
}

/// The probability vector whose largest element `v` is, or kNoValue.
ValueId max_of_softmax(const Graph& graph, ValueId v) {
  const Node* reduce = graph.producer(skip_views(graph, v));
  const auto* op = op_as<ops::Reduce>(reduce);
  if (op == nullptr || op->fn != ops::ReduceFn::ReduceMax || graph.type(reduce->output).shape.elements() != 1)
    return kNoValue;
  const ValueId probabilities = skip_views(graph, reduce->inputs[0]);
  const Node* producer = graph.producer(probabilities);
  const auto* softmax = op_as<ops::Softmax>(producer);
  if (softmax == nullptr || !covers_all(graph.type(probabilities).shape, softmax->axis)) return kNoValue;
  return probabilities;
}

std::optional<float> constant_scalar(ConstantEvaluator& constants, ValueId v) {
  const auto tensor = constants.get(v);
  // Thresholds are f32: a comparison in f64 could fall the other way between two of them.
  const bool fits = tensor != nullptr && tensor->elements() == 1 && is_float(tensor->dtype());
  if (!fits || tensor->dtype() == DType::f64) return std::nullopt;
  return dispatch(tensor->dtype(),
                  [&]<class T>(TypeTag<T>) { return static_cast<float>(widen(tensor->span<T>()[0])); });
}

/// The same comparison with its operands exchanged.
ops::CompareFn mirrored(ops::CompareFn fn) {
  switch (fn) {
    case ops::CompareFn::Greater:
      return ops::CompareFn::Less;
    case ops::CompareFn::GreaterOrEqual:
      return ops::CompareFn::LessOrEqual;
    case ops::CompareFn::Less:
      return ops::CompareFn::Greater;
    case ops::CompareFn::LessOrEqual:
      return ops::CompareFn::GreaterOrEqual;
    case ops::CompareFn::Equal:
      return fn;
  }
  return fn;
}

std::optional<LiftedCondition> lift_max_prob(const Graph& graph, ConstantEvaluator& constants, const Node* node) {
  const auto* compare = op_as<ops::Compare>(node);
  if (compare == nullptr || compare->fn == ops::CompareFn::Equal) return std::nullopt;
  ops::CompareFn fn = compare->fn;
  ValueId score = node->inputs[0];
  std::optional<float> limit = constant_scalar(constants, node->inputs[1]);
  if (!limit) {
    score = node->inputs[1];
    limit = constant_scalar(constants, node->inputs[0]);
    fn = mirrored(fn);
  }
  const ValueId probabilities = limit ? max_of_softmax(graph, score) : kNoValue;
  if (probabilities == kNoValue) return std::nullopt;
  const bool strict = fn == ops::CompareFn::Greater || fn == ops::CompareFn::LessOrEqual;
  const bool then_leaves = fn == ops::CompareFn::Greater || fn == ops::CompareFn::GreaterOrEqual;
  const float threshold = strict ? *limit : std::nextafter(*limit, -std::numeric_limits<float>::infinity());
  return LiftedCondition{MaxProb{}, threshold, probabilities, then_leaves};
}

/// The softmax behind `v`: where its scores stand in `v`.
std::optional<Prediction> softmax_behind(const Graph& graph, ValueId v) {
  std::int64_t offset = 0;
  for (;;) {
    v = skip_views(graph, v);
    const Node* node = graph.producer(v);
    if (node == nullptr) return std::nullopt;
    const Shape& shape = graph.type(v).shape;
    if (const auto* softmax = op_as<ops::Softmax>(node)) {
      if (!covers_all(shape, softmax->axis)) return std::nullopt;
      return Prediction{0, offset, shape.elements(), true};
    }
    if (op_as<ops::Cast>(node) != nullptr || op_as<ops::Quantize>(node) != nullptr ||
        op_as<ops::Dequantize>(node) != nullptr) {
      v = node->inputs[0];
      continue;
    }
    const auto* concat = op_as<ops::Concat>(node);
    if (concat == nullptr || !covers_all(shape, concat->axis)) return std::nullopt;
    std::int64_t at = 0;
    std::optional<Prediction> found;
    for (const ValueId part : node->inputs) {
      if (!found && (found = softmax_behind(graph, part))) found->offset += offset + at;
      at += graph.type(part).shape.elements();
    }
    return found;
  }
}

/// `v`, or the bool that a chain of casts to a number and back made it from.
ValueId skip_bool_casts(const Graph& graph, ValueId v) {
  const Node* back = graph.producer(v);
  if (op_as<ops::Cast>(back) == nullptr) return v;
  const Node* there = graph.producer(skip_views(graph, back->inputs[0]));
  if (op_as<ops::Cast>(there) == nullptr) return v;
  const ValueId from = there->inputs[0];
  return graph.type(from).dtype == DType::boolean ? from : v;
}

}  // namespace

LiftedCondition lift_condition(const Graph& graph, ConstantEvaluator& constants, ValueId condition) {
  bool inverted = false;
  for (;;) {
    condition = skip_views(graph, skip_bool_casts(graph, skip_views(graph, condition)));
    const Node* node = graph.producer(condition);
    if (!is_unary(node, ops::UnaryFn::Not)) break;
    condition = node->inputs[0];
    inverted = !inverted;
  }
  LiftedCondition lifted{Predicate{}, Predicate::kThreshold, condition, true};
  if (const auto max_prob = lift_max_prob(graph, constants, graph.producer(condition))) lifted = *max_prob;
  if (inverted) lifted.then_leaves = !lifted.then_leaves;
  return lifted;
}

void orient_predicates(Graph& graph) {
  const std::vector<TreeId> exits = exits_of(graph);
  const std::vector<TreeId> parents = tree_parents(graph);
  const std::vector<double> work = path_work(graph);
  // The least work to an exit below each position.
  std::vector<double> least(graph.tree.size(), std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < exits.size(); ++i) {
    for (TreeId at = exits[i]; at != kNoTree; at = parents[static_cast<std::size_t>(at)]) {
      double& known = least[static_cast<std::size_t>(at)];
      known = std::min(known, work[i]);
    }
  }
  for (TreeNode& node : graph.tree) {
    auto* decision = std::get_if<Decision>(&node);
    if (decision == nullptr || !std::holds_alternative<Predicate>(decision->criterion)) continue;
    if (least[static_cast<std::size_t>(decision->leave)] <= least[static_cast<std::size_t>(decision->stay)]) continue;
    decision->input = graph.add_node(ops::Unary{ops::UnaryFn::Not}, {decision->input}, decision->name);
    std::swap(decision->leave, decision->stay);
  }
}

Prediction find_prediction(const Graph& graph, const Exit& exit) {
  for (std::size_t i = 0; i < exit.outputs.size(); ++i) {
    // Integers behind a softmax are no probabilities until they are dequantised.
    if (!is_float(graph.type(exit.outputs[i]).dtype)) continue;
    if (auto found = softmax_behind(graph, exit.outputs[i])) {
      found->output = static_cast<int>(i);
      return *found;
    }
  }
  for (std::size_t i = 0; i < exit.outputs.size(); ++i) {
    const TensorType& type = graph.type(exit.outputs[i]);
    const Shape& shape = type.shape;
    if (is_float(type.dtype) && shape.rank() == 2 && shape[0] == 1 && shape[1] > 1) {
      return {static_cast<int>(i), 0, shape[1], false};
    }
  }
  return {};
}

}  // namespace exeunt
