#include "passes/affine.h"

#include <algorithm>
#include <cmath>

#include "passes/numbers.h"

namespace exeunt {

namespace {

struct AxisNumbers {
  int axis = Affine::kNoAxis;
  std::vector<double> values;
};

/// The constant `v` beside a value of shape `shape`, if its elements differ along one axis at most.
std::optional<AxisNumbers> numbers_beside(const Graph& graph, ValueId v, const Shape& shape) {
  const Tensor* tensor = graph.constant(v);
  if (tensor == nullptr || tensor->elements() == 0 || tensor->shape().rank() > shape.rank()) return std::nullopt;
  const int before = shape.rank() - tensor->shape().rank();
  int axis = Affine::kNoAxis;
  for (int i = 0; i < tensor->shape().rank(); ++i) {
    if (tensor->shape()[i] == 1) continue;
    if (axis != Affine::kNoAxis) return std::nullopt;
    axis = before + i;
  }
  return AxisNumbers{axis, numbers_of(*tensor)};
}

std::optional<Affine> binary_affine(const Graph& graph, const Node& node, ops::BinaryFn fn) {
  const bool reversed = graph.constant(node.inputs[0]) != nullptr;
  const ValueId x = node.inputs[reversed ? 1 : 0];
  if (graph.type(x) != graph.type(node.output) || graph.constant(x) != nullptr) return std::nullopt;
  auto numbers = numbers_beside(graph, node.inputs[reversed ? 0 : 1], graph.type(x).shape);
  if (!numbers) return std::nullopt;
  std::vector<double>& values = numbers->values;
  Affine f{x, numbers->axis, std::vector(values.size(), 1.0), std::vector(values.size(), 0.0)};
  switch (fn) {
    case ops::BinaryFn::Add:
      f.shift = std::move(values);
      break;
    case ops::BinaryFn::Sub:
      if (reversed) {
        f.shift = std::move(values);
        std::ranges::fill(f.scale, -1);
      } else {
        std::ranges::transform(values, f.shift.begin(), std::negate());
      }
      break;
    case ops::BinaryFn::Mul:
      f.scale = std::move(values);
      break;
    case ops::BinaryFn::Div:
      if (reversed) return std::nullopt;
      std::ranges::transform(values, f.scale.begin(), [](double value) { return 1 / value; });
      break;
    default:
      return std::nullopt;
  }
  return f;
}

std::optional<Affine> parameters_affine(const Graph& graph, const Node& node, double epsilon, bool is_norm) {
  std::vector<std::vector<double>> p;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const Tensor* tensor = graph.constant(node.inputs[i]);
    if (tensor == nullptr) return std::nullopt;
    p.push_back(numbers_of(*tensor));
  }
  const std::size_t channels = is_norm ? p[0].size() : std::max(p[0].size(), p[1].size());
  Affine f{node.inputs[0], channels == 1 ? Affine::kNoAxis : 1, std::vector(channels, 0.0), std::vector(channels, 0.0)};
  for (std::size_t c = 0; c < channels; ++c) {
    if (is_norm) {
      f.scale[c] = p[0][c] / std::sqrt(p[3][c] + epsilon);
      f.shift[c] = p[1][c] - p[2][c] * f.scale[c];
    } else {
      f.scale[c] = p[0][p[0].size() == 1 ? 0 : c];
      f.shift[c] = p[1][p[1].size() == 1 ? 0 : c];
    }
  }
  return f;
}

/// One number for all where the numbers are equal; nothing if one is not finite in the type.
std::optional<Affine> simplest(Affine f, DType dtype) {
  const auto finite = [&](double value) {
    return dispatch(dtype,
                    [&]<class T>(TypeTag<T>) { return std::isfinite(static_cast<double>(widen(convert<T>(value)))); });
  };
  const auto equal = [](const std::vector<double>& v) {
    return std::ranges::adjacent_find(v, std::not_equal_to()) == v.end();
  };
  if (!std::ranges::all_of(f.scale, finite) || !std::ranges::all_of(f.shift, finite)) return std::nullopt;
  if (equal(f.scale) && equal(f.shift)) {
    f.axis = Affine::kNoAxis;
    f.scale.resize(1), f.shift.resize(1);
  }
  return f;
}

/// `second` after `first`; nothing if they differ along different axes.
std::optional<Affine> compose(const Affine& first, const Affine& second, DType dtype) {
  if (first.by_axis() && second.by_axis() && first.axis != second.axis) return std::nullopt;
  const Affine& longer = first.by_axis() ? first : second;
  Affine f{first.x, longer.axis, longer.scale, longer.shift};
  for (std::size_t i = 0; i < f.scale.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    f.scale[i] = first.scale_at(at) * second.scale_at(at);
    f.shift[i] = first.shift_at(at) * second.scale_at(at) + second.shift_at(at);
  }
  return simplest(std::move(f), dtype);
}

}  // namespace

bool Affine::scales() const {
  return std::ranges::any_of(scale, [](double s) { return s != 1; });
}

bool Affine::shifts() const {
  return std::ranges::any_of(shift, [](double t) { return t != 0; });
}

std::optional<Affine> affine_of(const Graph& graph, const Node& node) {
  if (!is_float(graph.type(node.output).dtype) || graph.type(node.output).shape.elements() == 0) return std::nullopt;
  std::optional<Affine> f;
  if (const auto* binary = std::get_if<ops::Binary>(&node.op)) {
    f = binary_affine(graph, node, binary->fn);
  } else if (const auto* unary = std::get_if<ops::Unary>(&node.op)) {
    if (unary->fn == ops::UnaryFn::Neg) f = Affine{node.inputs[0], Affine::kNoAxis, {-1}, {0}};
  } else if (const auto* norm = std::get_if<ops::BatchNorm>(&node.op)) {
    f = parameters_affine(graph, node, norm->epsilon, true);
  } else if (const auto* fused = std::get_if<ops::ScaleShift>(&node.op)) {
    if (fused->activation == ops::Activation::none) f = parameters_affine(graph, node, 0, false);
  }
  return f ? simplest(std::move(*f), graph.type(node.output).dtype) : std::nullopt;
}

std::optional<AffineChain> affine_chain(const Graph& graph, const Rewriter& rewriter, const Node& last) {
  auto f = affine_of(graph, last);
  if (!f) return std::nullopt;
  AffineChain chain{*f, {graph.value(last.output).producer}};
  while (rewriter.uses(chain.function.x) == 1) {
    const Node* node = graph.producer(chain.function.x);
    const auto before = node == nullptr ? std::nullopt : affine_of(graph, *node);
    const auto whole = before ? compose(*before, chain.function, graph.type(last.output).dtype) : std::nullopt;
    if (!whole) break;
    chain.nodes.push_back(graph.value(chain.function.x).producer);
    chain.function = *whole;
  }
  return chain;
}

Tensor along_axis(const TensorType& type, int axis, const std::vector<double>& numbers) {
  if (axis == Affine::kNoAxis) return tensor_of({type.dtype, {}}, numbers);
  std::vector<std::int64_t> dims(static_cast<std::size_t>(type.shape.rank() - axis), 1);
  dims[0] = type.shape[axis];
  return tensor_of({type.dtype, Shape(dims)}, numbers);
}

}  // namespace exeunt
