#include "passes/affine.h"
#include "passes/numbers.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

using Numbers = std::vector<double>;

/// The op and operands that take the place of the last node of a chain.
struct Folded {
  Op op;
  std::vector<ValueId> operands;
};

/// The bias b * scale + shift as a constant; none where it would be all zero and there is none.
ValueId scaled_bias(Graph& graph, ValueId bias, const TensorType& type, const Affine& f, double beta = 1) {
  if (bias == kNoValue && !f.shifts()) return kNoValue;
  Numbers numbers(static_cast<std::size_t>(type.shape.elements()), 0);
  if (bias != kNoValue) {
    const Numbers old = numbers_of(*graph.constant(bias));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = old[old.size() == 1 ? 0 : i] * beta;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    numbers[i] = numbers[i] * f.scale_at(at) + f.shift_at(at);
  }
  const std::string name = bias == kNoValue ? "" : graph.value(bias).name;
  return graph.add_constant(tensor_of(type, numbers), name);
}

/// Weights in which element i gives to output `output(i)`, each times the scale of it.
template <class Output>
ValueId scaled_weights(Graph& graph, ValueId weights, const Affine& f, Output&& output) {
  if (!f.scales()) return weights;
  const Tensor& old = *graph.constant(weights);
  Numbers numbers = numbers_of(old);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] *= f.scale_at(output(static_cast<std::int64_t>(i)));
  return graph.add_constant(tensor_of(old.type(), numbers), graph.value(weights).name);
}

std::optional<Folded> fold_into(Graph& graph, const Node& node, const ops::Conv& op, const Affine& f) {
  if (op.activation != ops::Activation::none || has_operand(node, 3) || has_operand(node, 4)) return std::nullopt;
  if (graph.constant(node.inputs[1]) == nullptr || (has_operand(node, 2) && graph.constant(node.inputs[2]) == nullptr))
    return std::nullopt;
  if (f.by_axis() && f.axis != 1) return std::nullopt;
  const TensorType w = graph.type(node.inputs[1]);
  const std::int64_t taps = w.shape.elements() / std::max<std::int64_t>(w.shape[0], 1);
  const ValueId weights = scaled_weights(graph, node.inputs[1], f, [&](std::int64_t i) { return i / taps; });
  const ValueId bias = scaled_bias(graph, has_operand(node, 2) ? node.inputs[2] : kNoValue, {w.dtype, {w.shape[0]}}, f);
  Folded folded{op, {node.inputs[0], weights}};
  if (bias != kNoValue) folded.operands.push_back(bias);
  return folded;
}

std::optional<Folded> fold_into(Graph& graph, const Node& node, const ops::ConvTranspose& op, const Affine& f) {
  if (graph.constant(node.inputs[1]) == nullptr || (has_operand(node, 2) && graph.constant(node.inputs[2]) == nullptr))
    return std::nullopt;
  if (f.by_axis() && f.axis != 1) return std::nullopt;
  // Weights are [C,M/group,k...]: group g of the C makes group g of the M.
  const TensorType w = graph.type(node.inputs[1]);
  const std::int64_t outputs = w.shape[1];
  const std::int64_t inputs = w.shape[0] / op.group;
  const std::int64_t taps = w.shape.elements() / std::max<std::int64_t>(w.shape[0] * outputs, 1);
  const ValueId weights = scaled_weights(graph, node.inputs[1], f, [&](std::int64_t i) {
    return i / (inputs * outputs * taps) * outputs + i / taps % outputs;
  });
  const ValueId bias =
      scaled_bias(graph, has_operand(node, 2) ? node.inputs[2] : kNoValue, {w.dtype, {outputs * op.group}}, f);
  Folded folded{op, {node.inputs[0], weights}};
  if (bias != kNoValue) folded.operands.push_back(bias);
  return folded;
}

std::optional<Folded> fold_into(Graph& graph, const Node& node, const ops::Gemm& op, const Affine& f) {
  if (op.activation != ops::Activation::none || graph.constant(node.inputs[1]) == nullptr) return std::nullopt;
  if (f.by_axis() && f.axis != 1) return std::nullopt;
  const TensorType b = graph.type(node.inputs[1]);
  const std::int64_t columns = b.shape[op.trans_b ? 0 : 1];
  const std::int64_t depth = b.shape[op.trans_b ? 1 : 0];
  if (has_operand(node, 2)) {
    const Tensor* c = graph.constant(node.inputs[2]);
    const bool row = c != nullptr &&
                     (c->elements() == 1 || (c->elements() == columns && c->shape()[c->shape().rank() - 1] == columns));
    if (!row) return std::nullopt;
  }
  const ValueId weights =
      scaled_weights(graph, node.inputs[1], f, [&](std::int64_t i) { return op.trans_b ? i / depth : i % columns; });
  const ValueId bias =
      scaled_bias(graph, has_operand(node, 2) ? node.inputs[2] : kNoValue, {b.dtype, {columns}}, f, op.beta);
  ops::Gemm changed = op;
  changed.beta = 1;
  Folded folded{changed, {node.inputs[0], weights}};
  if (bias != kNoValue) folded.operands.push_back(bias);
  return folded;
}

/// A product of matrices becomes a Gemm where it gets a bias; one of more axes stays what it is.
std::optional<Folded> fold_into(Graph& graph, const Node& node, const ops::MatMul& op, const Affine& f) {
  const TensorType out = graph.type(node.output);
  const Tensor* w = graph.constant(node.inputs[1]);
  if (w == nullptr || w->shape().rank() != 2 || out.shape.rank() < 2) return std::nullopt;
  if (op.activation != ops::Activation::none || has_operand(node, 3)) return std::nullopt;
  if (has_operand(node, 2) && graph.constant(node.inputs[2]) == nullptr) return std::nullopt;
  if (f.by_axis() && f.axis != out.shape.rank() - 1) return std::nullopt;
  const std::int64_t columns = w->shape()[1];
  const ValueId weights = scaled_weights(graph, node.inputs[1], f, [&](std::int64_t i) { return i % columns; });
  const ValueId bias = scaled_bias(graph, has_operand(node, 2) ? node.inputs[2] : kNoValue, {out.dtype, {columns}}, f);
  Folded folded{op, {node.inputs[0], weights}};
  if (bias == kNoValue) return folded;
  folded.operands.push_back(bias);
  if (out.shape.rank() == 2) folded.op = ops::Gemm{};
  return folded;
}

}  // namespace

int fold_scale_shift(Graph& graph) {
  Rewriter rewriter(graph);
  std::vector<NodeId> order = execution_order(graph);
  std::ranges::reverse(order);
  for (const NodeId id : order) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    const auto chain = affine_chain(graph, rewriter, last);
    if (!chain || rewriter.uses(chain->function.x) != 1 || graph.producer(chain->function.x) == nullptr) continue;
    const Node linear = *graph.producer(chain->function.x);
    const auto folded = std::visit(
        [&](const auto& op) -> std::optional<Folded> {
          if constexpr (requires { fold_into(graph, linear, op, chain->function); }) {
            return fold_into(graph, linear, op, chain->function);
          }
          return std::nullopt;
        },
        linear.op);
    if (folded) rewriter.replace_by_node(last, folded->op, folded->operands);
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
