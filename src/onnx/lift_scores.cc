#include "onnx/lift_scores.h"

#include <cmath>

#include "base/dtype.h"
#include "base/shape.h"

namespace exeunt {

bool is_unary(const Node* node, ops::UnaryFn fn) {
  const auto* unary = op_as<ops::Unary>(node);
  return unary != nullptr && unary->fn == fn;
}

ValueId without_views(const Graph& graph, ValueId v) {
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

std::optional<double> constant_number(ConstantEvaluator& constants, ValueId v) {
  const auto tensor = constants.get(v);
  if (tensor == nullptr || tensor->elements() != 1 || !is_float(tensor->dtype())) return std::nullopt;
  return dispatch(tensor->dtype(),
                  [&]<class T>(TypeTag<T>) { return static_cast<double>(widen(tensor->span<T>()[0])); });
}

namespace {

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

}  // namespace

Combined without_combination(const Graph& graph, BatchAxes& axes, ValueId v) {
  v = without_views(graph, v);
  const BatchState state = axes.of(v);
  if (state.kind != BatchState::Kind::mixed || state.culprit != graph.value(v).producer) return {v, std::nullopt};
  const Node& node = *graph.producer(v);
  const auto combine = combination_of(graph, axes, node);
  if (!combine) return {v, Combine::none};
  return {graph.type(node.inputs[0]).shape.elements() == 1 ? node.inputs[0] : v, combine};
}

namespace {

/// The probability vector whose largest element `v` is, or kNoValue; of the first sample, if that was picked before.
Combined max_of_softmax(const Graph& graph, BatchAxes& axes, ValueId v) {
  const Node* reduce = graph.producer(without_views(graph, v));
  const auto* op = op_as<ops::Reduce>(reduce);
  if (op == nullptr || op->fn != ops::ReduceFn::ReduceMax || graph.type(reduce->output).shape.elements() != 1)
    return {};
  Combined probabilities = without_combination(graph, axes, reduce->inputs[0]);
  const Node* producer = graph.producer(probabilities.value);
  const bool picked = op_as<ops::Slice>(producer) != nullptr || op_as<ops::Gather>(producer) != nullptr;
  if (probabilities.combine == Combine::first && picked) {
    probabilities.value = without_views(graph, producer->inputs[0]);
    producer = graph.producer(probabilities.value);
  }
  const auto* softmax = op_as<ops::Softmax>(producer);
  if (softmax == nullptr || !covers_all(graph.type(probabilities.value).shape, softmax->axis)) return {};
  return probabilities;
}

bool is_reduce(const Node* node, ops::ReduceFn fn) {
  const auto* reduce = op_as<ops::Reduce>(node);
  return reduce != nullptr && reduce->fn == fn;
}

bool is_binary(const Node* node, ops::BinaryFn fn) {
  const auto* binary = op_as<ops::Binary>(node);
  return binary != nullptr && binary->fn == fn;
}

/// Whether `v` is a softmax over all its elements.
bool is_probabilities(const Graph& graph, ValueId v) {
  const auto* softmax = op_as<ops::Softmax>(graph.producer(v));
  return softmax != nullptr && covers_all(graph.type(v).shape, softmax->axis);
}

/// Walks up from one element through what keeps it: views, and reductions of it alone, but not over samples.
ValueId skip_single(const Graph& graph, BatchAxes& axes, ValueId v) {
  for (;;) {
    v = without_views(graph, v);
    const Node* node = graph.producer(v);
    const bool keeps = is_reduce(node, ops::ReduceFn::ReduceMax) || is_reduce(node, ops::ReduceFn::ReduceMin) ||
                       is_reduce(node, ops::ReduceFn::ReduceSum) || is_reduce(node, ops::ReduceFn::ReduceMean);
    if (!keeps || graph.type(node->inputs[0]).shape.elements() != 1) return v;
    const BatchState state = axes.of(v);
    if (state.kind == BatchState::Kind::mixed && state.culprit == graph.value(v).producer) return v;
    v = node->inputs[0];
  }
}

/// Element `index` of `source`, which has one axis of more than one.
struct Element {
  ValueId source = kNoValue;
  std::int64_t index = 0;
};

std::optional<Element> element_of(const Graph& graph, ConstantEvaluator& constants, ValueId v) {
  const Node* node = graph.producer(v);
  if (node == nullptr || graph.type(v).shape.elements() != 1) return std::nullopt;
  const Shape& shape = graph.type(node->inputs[0]).shape;
  const auto at = [&](std::int64_t axis, std::int64_t index) -> std::optional<Element> {
    if (!covers_all(shape, axis)) return std::nullopt;
    const std::int64_t size = shape.elements();
    return Element{without_views(graph, node->inputs[0]), index < 0 ? index + size : index};
  };
  if (const auto* slice = op_as<ops::Slice>(node)) {
    for (std::size_t i = 0; i < slice->axes.size(); ++i) {
      if (covers_all(shape, slice->axes[i])) return at(slice->axes[i], slice->starts[i]);
    }
    return std::nullopt;
  }
  const auto* gather = op_as<ops::Gather>(node);
  const auto index = gather != nullptr ? constants.get(node->inputs[1]) : nullptr;
  if (index == nullptr || index->elements() != 1) return std::nullopt;
  return at(gather->axis,
            index->dtype() == DType::i32 ? index->span<std::int32_t>()[0] : index->span<std::int64_t>()[0]);
}

/// The probabilities whose largest (`rank` 0) or second largest (1) `v` is; or kNoValue.
ValueId ranked(const Graph& graph, ConstantEvaluator& constants, ValueId v, std::int64_t rank) {
  const auto element = element_of(graph, constants, v);
  if (!element || element->index != rank) return kNoValue;
  const Node* node = graph.producer(element->source);
  const auto* top = op_as<ops::TopK>(node);
  if (top == nullptr || !top->largest || top->part != ops::TopKPart::values) return kNoValue;
  const ValueId source = without_views(graph, node->inputs[0]);
  return covers_all(graph.type(node->inputs[0]).shape, top->axis) && is_probabilities(graph, source) ? source
                                                                                                     : kNoValue;
}

/// The probabilities whose largest minus second largest `v` is; or kNoValue.
ValueId margin_of(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId v) {
  const Node* node = graph.producer(v);
  if (!is_binary(node, ops::BinaryFn::Sub)) return kNoValue;
  const ValueId first = ranked(graph, constants, skip_single(graph, axes, node->inputs[0]), 0);
  const ValueId second = ranked(graph, constants, skip_single(graph, axes, node->inputs[1]), 1);
  return first == second ? first : kNoValue;
}

/// A number as scale * value + offset.
struct Affine {
  ValueId value = kNoValue;
  double scale = 1;
  double offset = 0;
};

/// One step up: `from.value` without one sum, difference, product or quotient with a constant; false if it is none.
bool peel(const Graph& graph, ConstantEvaluator& constants, Affine& from) {
  const Node* node = graph.producer(from.value);
  if (is_unary(node, ops::UnaryFn::Neg)) {
    from.scale = -from.scale;
    from.value = node->inputs[0];
    return true;
  }
  const auto* binary = op_as<ops::Binary>(node);
  if (binary == nullptr) return false;
  const auto right = constant_number(constants, node->inputs[1]);
  const auto left = right ? std::nullopt : constant_number(constants, node->inputs[0]);
  if (!right && !left) return false;
  const double c = right ? *right : *left;
  switch (binary->fn) {
    case ops::BinaryFn::Add:
      from.offset += from.scale * c;
      break;
    case ops::BinaryFn::Sub:
      from.offset += from.scale * (right ? -c : c);
      if (left) from.scale = -from.scale;
      break;
    case ops::BinaryFn::Mul:
      from.scale *= c;
      break;
    case ops::BinaryFn::Div:
      if (left) return false;
      from.scale /= c;
      break;
    default:
      return false;
  }
  from.value = node->inputs[right ? 0 : 1];
  return true;
}

/// Whether `v` is `p`, or `p` with a little added or a small least value, as exporters guard a logarithm.
bool is_guarded(const Graph& graph, ConstantEvaluator& constants, ValueId v, ValueId p) {
  constexpr double kLittle = 1e-5;
  v = without_views(graph, v);
  if (v == p) return true;
  const Node* node = graph.producer(v);
  if (is_unary(node, ops::UnaryFn::Clip)) {
    const auto& clip = std::get<ops::Unary>(node->op);
    return clip.alpha <= kLittle && clip.beta >= 1 && without_views(graph, node->inputs[0]) == p;
  }
  if (!is_binary(node, ops::BinaryFn::Max) && !is_binary(node, ops::BinaryFn::Add)) return false;
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}}) {
    const auto number = constant_number(constants, node->inputs[1 - at]);
    if (number && std::abs(*number) <= kLittle && without_views(graph, node->inputs[at]) == p) return true;
  }
  return false;
}

bool is_logarithm(const Graph& graph, ConstantEvaluator& constants, ValueId v, ValueId p) {
  const Node* node = graph.producer(v);
  if (is_unary(node, ops::UnaryFn::Log)) return is_guarded(graph, constants, node->inputs[0], p);
  const auto* log_softmax = op_as<ops::LogSoftmax>(node);
  return log_softmax != nullptr && covers_all(graph.type(v).shape, log_softmax->axis) &&
         without_views(graph, node->inputs[0]) == without_views(graph, graph.producer(p)->inputs[0]);
}

ValueId without_neg(const Graph& graph, ValueId v, double& sign) {
  for (v = without_views(graph, v); is_unary(graph.producer(v), ops::UnaryFn::Neg); v = without_views(graph, v)) {
    sign = -sign;
    v = graph.producer(v)->inputs[0];
  }
  return v;
}

/// `v` as scale * entropy + offset; nothing if it is none.
std::optional<Affine> entropy_of(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId v) {
  Affine affine{v};
  do {
    affine.value = skip_single(graph, axes, affine.value);
  } while (peel(graph, constants, affine));
  const Node* sum = graph.producer(affine.value);
  const bool is_mean = is_reduce(sum, ops::ReduceFn::ReduceMean);
  if ((!is_mean && !is_reduce(sum, ops::ReduceFn::ReduceSum)) || graph.type(affine.value).shape.elements() != 1)
    return std::nullopt;
  double sign = -1;
  const Node* product = graph.producer(without_neg(graph, sum->inputs[0], sign));
  if (!is_binary(product, ops::BinaryFn::Mul)) return std::nullopt;
  const ValueId left = without_neg(graph, product->inputs[0], sign);
  const ValueId right = without_neg(graph, product->inputs[1], sign);
  for (const auto& [p, logarithm] : {std::pair(left, right), std::pair(right, left)}) {
    if (!is_probabilities(graph, p) || !is_logarithm(graph, constants, logarithm, p)) continue;
    const auto classes = static_cast<double>(graph.type(p).shape.elements());
    return Affine{p, affine.scale * sign / (is_mean ? classes : 1), affine.offset};
  }
  return std::nullopt;
}

/// Scale and offset of a file that computes the very score, but for rounding.
bool is_score(const LiftedScore& lifted) {
  constexpr double kRounding = 1e-5;
  return std::abs(lifted.scale - 1) < kRounding && std::abs(lifted.offset) < kRounding;
}

std::optional<LiftedScore> lift_entropy(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId v) {
  const auto entropy = entropy_of(graph, constants, axes, v);
  if (!entropy) return std::nullopt;
  const auto classes = static_cast<double>(graph.type(entropy->value).shape.elements());
  const double most = std::log(classes);
  if (!(most > 0) || entropy->scale == 0 || !std::isfinite(entropy->scale) || !std::isfinite(entropy->offset))
    return std::nullopt;
  // H is (1 - score) * ln K.
  LiftedScore lifted{Criterion::entropy, entropy->value, -entropy->scale * most,
                     entropy->offset + entropy->scale * most, std::nullopt};
  if (is_score(lifted)) lifted.scale = 1, lifted.offset = 0;
  return lifted;
}

}  // namespace

std::optional<LiftedScore> lift_score(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes,
                                      ValueId score) {
  const Combined single = without_combination(graph, axes, score);
  const Combined largest = max_of_softmax(graph, axes, single.value);
  if (largest.value != kNoValue)
    return LiftedScore{Criterion::max_prob, largest.value, 1, 0, single.combine ? single.combine : largest.combine};
  const ValueId margin = margin_of(graph, constants, axes, skip_single(graph, axes, single.value));
  if (margin != kNoValue) return LiftedScore{Criterion::margin, margin, 1, 0, single.combine};
  auto entropy = lift_entropy(graph, constants, axes, single.value);
  if (entropy) entropy->combine = single.combine;
  return entropy;
}

}  // namespace exeunt
