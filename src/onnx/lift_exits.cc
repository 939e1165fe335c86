#include "onnx/lift_exits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/dtype.h"
#include "base/shape.h"
#include "graph/placement.h"
#include "onnx/lift_scores.h"

namespace exeunt {

namespace {

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
std::optional<LiftedCondition> lift_confidence(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes,
                                               const Limit& compare, std::optional<Combine> outer) {
  if (!compare.limit || std::isnan(*compare.limit)) return std::nullopt;
  const auto score = lift_score(graph, constants, axes, compare.score);
  if (!score) return std::nullopt;
  const bool falling = score->scale < 0;
  const ops::CompareFn fn = falling ? mirrored(compare.fn) : compare.fn;
  const auto limit = static_cast<float>((static_cast<double>(*compare.limit) - score->offset) / score->scale);
  const bool strict = fn == ops::CompareFn::Greater || fn == ops::CompareFn::LessOrEqual;
  const float threshold = strict ? limit : std::nextafter(limit, -std::numeric_limits<float>::infinity());
  const bool then_leaves = is_greater(fn);
  if (outer && !then_leaves) outer = negated(*outer);
  Combine combine = score->combine.value_or(Combine::none);
  // The surest sample is the one of the smallest number; a mean stays one.
  if (falling && combine != Combine::mean) combine = negated(combine);
  return LiftedCondition{score->criterion, threshold, score->probabilities, then_leaves, outer.value_or(combine)};
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
    v = without_views(graph, v);
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
  const Node* there = graph.producer(without_views(graph, back->inputs[0]));
  if (op_as<ops::Cast>(there) == nullptr) return v;
  const ValueId from = there->inputs[0];
  return graph.type(from).dtype == DType::boolean ? from : v;
}

/// The bools that `v`, a bool, was made of by a maximum or minimum over the samples, in numbers if need be.
Combined without_bool_combination(const Graph& graph, BatchAxes& axes, ValueId v) {
  const Node* to_bool = graph.producer(v);
  const ValueId reduced = op_as<ops::Cast>(to_bool) != nullptr ? to_bool->inputs[0] : v;
  Combined bools = without_combination(graph, axes, reduced);
  const bool taken_off = bools.combine && bools.value != without_views(graph, reduced);
  if (!taken_off || bools.combine == Combine::mean) return {v, std::nullopt};
  bools.value = without_views(graph, bools.value);
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
    condition = without_views(graph, skip_bool_casts(graph, without_views(graph, condition)));
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
  LiftedCondition lifted{Criterion::predicate, kPredicateThreshold, condition, true, combine.value_or(Combine::none)};
  if (const auto compare = limit_of(constants, graph.producer(condition))) {
    if (!combine) lifted.combine = combine_of_bools(graph, axes, *compare);
    if (const auto confidence = lift_confidence(graph, constants, axes, *compare, combine)) lifted = *confidence;
  }
  if (inverted) lifted.then_leaves = !lifted.then_leaves;
  return lifted;
}

namespace {

/// x and T of x / T, or of x * (1 / T).
struct Tempered {
  ValueId logits = kNoValue;
  double temperature = 1;
  bool divides = false;
};

std::optional<Tempered> tempered(const Graph& graph, ConstantEvaluator& constants, ValueId v) {
  const Node* node = graph.producer(without_views(graph, v));
  const auto* binary = op_as<ops::Binary>(node);
  if (binary == nullptr || (binary->fn != ops::BinaryFn::Div && binary->fn != ops::BinaryFn::Mul)) return std::nullopt;
  const bool divides = binary->fn == ops::BinaryFn::Div;
  for (const std::size_t at : {std::size_t{1}, std::size_t{0}}) {
    if (divides && at == 0) break;
    const auto number = constant_number(constants, node->inputs[at]);
    if (!number) continue;
    const ValueId logits = node->inputs[1 - at];
    const double temperature = divides ? *number : 1 / *number;
    const bool fits = temperature > 0 && std::isfinite(static_cast<float>(temperature)) &&
                      static_cast<float>(temperature) > 0 &&
                      graph.type(logits).shape.elements() == graph.type(v).shape.elements();
    if (fits) return Tempered{logits, temperature, divides};
  }
  return std::nullopt;
}

}  // namespace

void find_temperatures(Graph& graph, const std::set<TreeId>& at_one) {
  ConstantEvaluator constants(graph);
  const std::vector<int> uses = count_uses(graph);
  for (std::size_t at = 0; at < graph.tree.size(); ++at) {
    auto* decision = std::get_if<Decision>(&graph.tree[at]);
    if (decision == nullptr || at_one.contains(static_cast<TreeId>(at)) || !is_tunable(decision->criterion) ||
        !decision->probabilities)
      continue;
    const Node* softmax = graph.producer(decision->input);
    if (op_as<ops::Softmax>(softmax) == nullptr) continue;
    const auto found = tempered(graph, constants, softmax->inputs[0]);
    // A factor in front of a head's own softmax is more likely a layer of the network.
    if (!found || (!found->divides && uses[static_cast<std::size_t>(decision->input)] > 1)) continue;
    decision->input = found->logits;
    decision->probabilities = false;
    decision->temperature = static_cast<float>(found->temperature);
  }
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
    if (decision == nullptr || decision->criterion != Criterion::predicate) continue;
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
