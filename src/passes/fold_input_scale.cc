#include <cmath>
#include <functional>

#include "passes/affine.h"
#include "passes/numbers.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

using Numbers = std::vector<double>;

/// A linear op's constant weights, each seen as a pair: the input channel it reads and the output it gives to.
struct Weights {
  std::function<std::int64_t(std::int64_t)> input, output;
  std::int64_t outputs = 0;
  int axis = 1;         ///< of the op's operand: the one the input channels lie on
  bool shifts = false;  ///< a shift of the operand is one of the result
  double alpha = 1, beta = 1;
};

Weights weights_of(const Graph& graph, const Node& node, const ops::Conv& op) {
  const Shape& w = graph.type(node.inputs[1]).shape;
  const std::int64_t inner = w[1];
  const std::int64_t taps = w.elements() / std::max<std::int64_t>(w[0] * inner, 1);
  const std::int64_t by_group = w[0] / op.group;
  const auto output = [=](std::int64_t i) { return i / (inner * taps); };
  const auto input = [=](std::int64_t i) { return output(i) / by_group * inner + i / taps % inner; };
  const bool padded = std::ranges::any_of(op.pads, [](std::int64_t p) { return p != 0; });
  return {.input = input, .output = output, .outputs = w[0], .shifts = !padded};
}

Weights weights_of(const Graph& graph, const Node& node, const ops::ConvTranspose&) {
  const Shape& w = graph.type(node.inputs[1]).shape;
  const std::int64_t of_input = w.elements() / std::max<std::int64_t>(w[0], 1);
  return {.input = [=](std::int64_t i) { return i / of_input; }, .output = {}};
}

Weights weights_of(const Graph& graph, const Node& node, const ops::Gemm& op) {
  const Shape& b = graph.type(node.inputs[1]).shape;
  const std::int64_t inner = b[1];
  const auto row = [=](std::int64_t i) { return i / inner; };
  const auto column = [=](std::int64_t i) { return i % inner; };
  Weights weights{.input = row,
                  .output = column,
                  .outputs = inner,
                  .axis = op.trans_a ? 0 : 1,
                  .shifts = true,
                  .alpha = op.alpha,
                  .beta = op.beta};
  if (op.trans_b) weights.input = column, weights.output = row, weights.outputs = b[0];
  return weights;
}

Weights weights_of(const Graph& graph, const Node& node, const ops::MatMul&) {
  const Shape& b = graph.type(node.inputs[1]).shape;
  const std::int64_t inner = b.rank() == 2 ? b[1] : 1;
  // A vector on the left or right has no room for a bias.
  const bool matrices = b.rank() == 2 && graph.type(node.inputs[0]).shape.rank() > 1;
  return {.input = [=](std::int64_t i) { return i / inner; },
          .output = [=](std::int64_t i) { return i % inner; },
          .outputs = inner,
          .axis = graph.type(node.inputs[0]).shape.rank() - 1,
          .shifts = matrices};
}

std::optional<Weights> find_weights(const Graph& graph, const Node& node) {
  const Tensor* w = has_operand(node, 1) ? graph.constant(node.inputs[1]) : nullptr;
  // Exact integer convolutions keep their integers.
  if (w == nullptr || w->elements() == 0 || (std::holds_alternative<ops::Conv>(node.op) && has_operand(node, 4)))
    return std::nullopt;
  if (std::holds_alternative<ops::MatMul>(node.op) && w->shape().rank() != 2) return std::nullopt;
  return std::visit(
      [&](const auto& op) -> std::optional<Weights> {
        if constexpr (requires { weights_of(graph, node, op); }) return weights_of(graph, node, op);
        return std::nullopt;
      },
      node.op);
}

/// The bias that a row or one number is, for each output; nothing if there is another or a computed one.
std::optional<Numbers> bias_of(const Graph& graph, const Node& node, const Weights& weights) {
  Numbers bias(static_cast<std::size_t>(weights.outputs), 0);
  if (!has_operand(node, 2)) return bias;
  const Tensor* tensor = graph.constant(node.inputs[2]);
  if (tensor == nullptr) return std::nullopt;
  const int rank = tensor->shape().rank();
  const bool row = tensor->elements() == weights.outputs && tensor->shape()[rank - 1] == weights.outputs;
  if (tensor->elements() != 1 && !row) return std::nullopt;
  const Numbers old = numbers_of(*tensor);
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = old[old.size() == 1 ? 0 : i] * weights.beta;
  return bias;
}

ValueId scaled_weights(Graph& graph, const Node& node, const Weights& weights, const Affine& f) {
  if (!f.scales()) return node.inputs[1];
  const Tensor& old = *graph.constant(node.inputs[1]);
  Numbers numbers = numbers_of(old);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] *= f.scale_at(weights.input(static_cast<std::int64_t>(i)));
  }
  return graph.add_constant(tensor_of(old.type(), numbers), graph.value(node.inputs[1]).name);
}

/// The whole function goes into weights and bias.
void fold_all(Graph& graph, Rewriter& rewriter, const Node& node, const Weights& weights, const Affine& f,
              Numbers bias) {
  const Tensor& w = *graph.constant(node.inputs[1]);
  const Numbers old = numbers_of(w);
  for (std::size_t i = 0; i < old.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    bias[static_cast<std::size_t>(weights.output(at))] += weights.alpha * old[i] * f.shift_at(weights.input(at));
  }
  const std::string name = has_operand(node, 2) ? graph.value(node.inputs[2]).name : "";
  std::vector<ValueId> operands = node.inputs;
  operands.resize(std::max<std::size_t>(operands.size(), 3), kNoValue);
  operands[0] = f.x;
  operands[2] = graph.add_constant(tensor_of({w.dtype(), {weights.outputs}}, bias), name);
  operands[1] = scaled_weights(graph, node, weights, f);
  Op op = node.op;
  if (auto* gemm = std::get_if<ops::Gemm>(&op)) gemm->beta = 1;
  rewriter.replace_by_node(node, std::move(op), std::move(operands));
}

/// (x + shift / scale) * scale: the Add stays, the scale goes into the weights. Not where a scale is 0.
void fold_scale(Graph& graph, Rewriter& rewriter, const Node& node, const Weights& weights, const Affine& f) {
  std::vector<ValueId> operands = node.inputs;
  operands[0] = f.x;
  if (f.shifts()) {
    Numbers shift = f.shift;
    for (std::size_t i = 0; i < shift.size(); ++i) shift[i] /= f.scale[i];
    if (!std::ranges::all_of(shift, [](double t) { return std::isfinite(t); })) return;
    const ValueId constant = graph.add_constant(along_axis(graph.type(f.x), f.axis, shift));
    operands[0] = graph.add_node(ops::Binary{ops::BinaryFn::Add}, {f.x, constant}, graph.value(node.inputs[0]).name);
  }
  operands[1] = scaled_weights(graph, node, weights, f);
  rewriter.replace_by_node(node, node.op, std::move(operands));
}

}  // namespace

int fold_input_scale(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node node = graph.node(id);
    const auto weights = find_weights(graph, node);
    const Node* before = weights && rewriter.uses(node.inputs[0]) == 1 ? graph.producer(node.inputs[0]) : nullptr;
    if (before == nullptr) continue;
    const auto chain = affine_chain(graph, rewriter, *before);
    if (!chain) continue;
    const Affine& f = chain->function;
    if (f.by_axis() && f.axis != weights->axis) continue;
    const auto bias = f.shifts() && weights->shifts ? bias_of(graph, node, *weights) : std::nullopt;
    if (bias) {
      fold_all(graph, rewriter, node, *weights, f, *bias);
    } else if (f.scales()) {
      fold_scale(graph, rewriter, node, *weights, f);
    }
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
