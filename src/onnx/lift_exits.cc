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

/// A value of one element without the node that made it of all samples; the node stays if it reduces within the
/// samples too.
struct Combined {
  ValueId value = kNoValue;
  std::optional<Combine> combine;  ///< empty: no node made it of all samples
};

/// Whether `node` takes the first sample alone from an operand with the batch along `axis`.
bool picks_first(const Graph& graph, const Node& node, int axis) {
  const int rank = graph.type(node.inputs[0]).shape.rank();
  if (const auto* slice = op_as<ops::Slice>(&node)) {
    for (std::size_t i = 0; i < slice->axes.size(); ++i) {
      if (normalize_axis(slice->axes[i], rank) == axis)
        return slice->starts[i] == 0 && slice->ends[i] == 1 && slice->steps[i] == 1;
    }
    return false;
  }
  const auto* gather = op_as<ops::Gather>(&node);
  const Tensor* index = gather != nullptr ? graph.constant(node.inputs[1]) : nullptr;
  if (index == nullptr || index->elements() != 1 || normalize_axis(gather->axis, rank) != axis) return false;
  return index->dtype() == DType::i32 ? index->span<std::int32_t>()[0] == 0 : index->span<std::int64_t>()[0] == 0;
}

std::optional<Combine> combination_of(const Graph& graph, BatchAxes& axes, const Node& node) {
  if (const auto* reduce = op_as<ops::Reduce>(&node)) {
    if (reduce->fn == ops::ReduceFn::ReduceMax) return Combine::max;
    if (reduce->fn == ops::ReduceFn::ReduceMin) return Combine::min;
    if (reduce->fn == ops::ReduceFn::ReduceMean) return Combine::mean;
    return std::nullopt;
  }
  const bool picked = !node.inputs.empty() && picks_first(graph, node, axes.of(node.inputs[0]).place.axis);
  return picked ? std::optional(Combine::first) : std::nullopt;
}

Combined without_combination(const Graph& graph, BatchAxes& axes, ValueId v) {
  v = skip_views(graph, v);
  const BatchState state = axes.of(v);
  if (state.kind != BatchState::Kind::mixed || state.culprit != graph.value(v).producer) return {v, std::nullopt};
  const Node& node = *graph.producer(v);
  const auto combine = combination_of(graph, axes, node);
  if (!combine) return {v, Combine::none};
  return {graph.type(node.inputs[0]).shape.elements() == 1 ? node.inputs[0] : v, combine};
}

/// The probability vector whose largest element `v` is, or kNoValue; of the first sample, if that was picked before.
Combined max_of_softmax(const Graph& graph, BatchAxes& axes, ValueId v) {
  const Node* reduce = graph.producer(skip_views(graph, v));
  const auto* op = op_as<ops::Reduce>(reduce);
  if (op == nullptr || op->fn != ops::ReduceFn::ReduceMax || graph.type(reduce->output).shape.elements() != 1)
    return {};
  Combined probabilities = without_combination(graph, axes, reduce->inputs[0]);
  const Node* producer = graph.producer(probabilities.value);
  const bool picked = op_as<ops::Slice>(producer) != nullptr || op_as<ops::Gather>(producer) != nullptr;
  if (probabilities.combine == Combine::first && picked) {
    probabilities.value = skip_views(graph, producer->inputs[0]);
    producer = graph.producer(probabilities.value);
  }
  const auto* softmax = op_as<ops::Softmax>(producer);
  if (softmax == nullptr || !covers_all(graph.type(probabilities.value).shape, softmax->axis)) return {};
  return probabilities;
}

/// A comparison with a constant on its right.
struct Limit {
  ops::CompareFn fn;
  ValueId score = kNoValue;
  std::optional<float> limit;  ///< empty: not of a type that a threshold has
};

std::optional<Limit> limit_of(ConstantEvaluator& constants, const Node* node) {
  const auto* compare = op_as<ops::Compare>(node);
  if (compare == nullptr || compare->fn == ops::CompareFn::Equal) return std::nullopt;
  if (constants.get(node->inputs[1]) != nullptr)
    return Limit{compare->fn, node->inputs[0], constant_scalar(constants, node->inputs[1])};
  if (constants.get(node->inputs[0]) == nullptr) return std::nullopt;
  return Limit{mirrored(compare->fn), node->inputs[1], constant_scalar(constants, node->inputs[0])};
}

bool is_greater(ops::CompareFn fn) { return fn == ops::CompareFn::Greater || fn == ops::CompareFn::GreaterOrEqual; }

/// @param outer  how bools behind the comparison combine; empty: they do not
std::optional<LiftedCondition> lift_max_prob(const Graph& graph, BatchAxes& axes, const Limit& compare,
                                             std::optional<Combine> outer) {
  if (!compare.limit) return std::nullopt;
  const Combined score = without_combination(graph, axes, compare.score);
  const Combined probabilities = max_of_softmax(graph, axes, score.value);
  if (probabilities.value == kNoValue) return std::nullopt;
  const bool strict = compare.fn == ops::CompareFn::Greater || compare.fn == ops::CompareFn::LessOrEqual;
  const float limit = *compare.limit;
  const float threshold = strict ? limit : std::nextafter(limit, -std::numeric_limits<float>::infinity());
  const bool then_leaves = is_greater(compare.fn);
  if (outer && !then_leaves) outer = negated(*outer);
  return LiftedCondition{MaxProb{}, threshold, probabilities.value, then_leaves,
                         outer.value_or(score.combine.value_or(probabilities.combine.value_or(Combine::none)))};
}

/// How the bools of a comparison combine, if its scores do.
Combine combine_of_bools(const Graph& graph, BatchAxes& axes, const Limit& compare) {
  const Combine combine = without_combination(graph, axes, compare.score).combine.value_or(Combine::none);
  if (combine == Combine::mean) return Combine::none;
  return is_greater(compare.fn) ? combine : negated(combine);
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

/// The bools that `v`, a bool, was made of by a maximum or minimum over the samples, in numbers if need be.
Combined without_bool_combination(const Graph& graph, BatchAxes& axes, ValueId v) {
  const Node* to_bool = graph.producer(v);
  const ValueId reduced = op_as<ops::Cast>(to_bool) != nullptr ? to_bool->inputs[0] : v;
  Combined bools = without_combination(graph, axes, reduced);
  const bool taken_off = bools.combine && bools.value != skip_views(graph, reduced);
  if (!taken_off || bools.combine == Combine::mean) return {v, std::nullopt};
  bools.value = skip_views(graph, bools.value);
  const Node* to_number = graph.producer(bools.value);
  if (op_as<ops::Cast>(to_number) != nullptr) bools.value = to_number->inputs[0];
  if (graph.type(bools.value).dtype != DType::boolean) return {v, std::nullopt};
  return bools;
}

}  // namespace

LiftedCondition lift_condition(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId condition) {
  bool inverted = false;
  std::optional<Combine> combine;
  for (;;) {
    condition = skip_views(graph, skip_bool_casts(graph, skip_views(graph, condition)));
    const Node* node = graph.producer(condition);
    if (is_unary(node, ops::UnaryFn::Not)) {
      condition = node->inputs[0];
      inverted = !inverted;
      if (combine) combine = negated(*combine);
      continue;
    }
    const Combined bools = without_bool_combination(graph, axes, condition);
    if (!bools.combine || combine) break;
    condition = bools.value;
    combine = bools.combine;
  }
  LiftedCondition lifted{Predicate{}, Predicate::kThreshold, condition, true, combine.value_or(Combine::none)};
  if (const auto compare = limit_of(constants, graph.producer(condition))) {
    if (!combine) lifted.combine = combine_of_bools(graph, axes, *compare);
    if (const auto max_prob = lift_max_prob(graph, axes, *compare, combine)) lifted = *max_prob;
  }
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
    decision->combine = negated(decision->combine);
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
