#include <limits>

#include "base/dtype.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// Begins and ends of the spatial axes, if the Pad adds one number there and nothing elsewhere.
std::optional<ops::Ints> spatial_pads(const ops::Pad& pad) {
  const std::size_t rank = pad.pads.size() / 2;
  if (pad.mode != ops::PadMode::constant || rank < 3) return std::nullopt;
  if (std::ranges::any_of(pad.pads, [](std::int64_t p) { return p < 0; })) return std::nullopt;
  ops::Ints spatial;
  for (std::size_t i = 0; i < pad.pads.size(); ++i) {
    if (i % rank >= 2) spatial.push_back(pad.pads[i]);
    if (i % rank < 2 && pad.pads[i] != 0) return std::nullopt;
  }
  return spatial;
}

void add_to(ops::Ints& pads, const ops::Ints& more) {
  for (std::size_t i = 0; i < pads.size(); ++i) pads[i] += more[i];
}

bool is_never_negative(const Op& op) {
  if (const auto* unary = std::get_if<ops::Unary>(&op)) {
    using enum ops::UnaryFn;
    return unary->fn == Relu || unary->fn == Sigmoid || unary->fn == HardSigmoid || unary->fn == Softplus ||
           unary->fn == Abs || (unary->fn == Clip && unary->alpha >= 0 && unary->beta >= 0);
  }
  return std::visit(
      [](const auto& o) {
        if constexpr (requires { o.activation_alpha; }) {
          using enum ops::Activation;
          return o.activation == relu || o.activation == sigmoid ||
                 (o.activation == clip && o.activation_alpha >= 0 && o.activation_beta >= 0);
        }
        return false;
      },
      op);
}

/// Whether every element of `v` is 0 or more, or NaN, by what makes it.
bool is_never_negative(const Graph& graph, ValueId v) {
  const Node* node = graph.producer(v);
  while (node != nullptr &&
         (std::holds_alternative<ops::Transpose>(node->op) || std::holds_alternative<ops::Reshape>(node->op) ||
          std::holds_alternative<ops::Pool>(node->op)))
    node = graph.producer(node->inputs[0]);
  return node != nullptr && is_never_negative(node->op);
}

/// Smaller than every window: then each window holds an element of the input, as Pool wants it.
bool below_window(const ops::Ints& pads, const Shape& kernel, const ops::Ints& dilations) {
  for (std::size_t i = 0; i < pads.size(); ++i) {
    const std::size_t axis = i % dilations.size();
    if (pads[i] > dilations[axis] * (kernel[static_cast<int>(axis)] - 1)) return false;
  }
  return true;
}

std::optional<Op> with_padding(const Graph& graph, const Node& pad, const Node& node, const ops::Conv& op,
                               const ops::Ints& pads) {
  ops::Conv changed = op;
  add_to(changed.pads, pads);
  const Shape kernel(graph.type(node.inputs[1]).shape.dims().subspan(2));
  const bool other_use = std::ranges::count(node.inputs, pad.output) != 1;
  if (std::get<ops::Pad>(pad.op).value != 0 || other_use || !below_window(changed.pads, kernel, op.dilations))
    return std::nullopt;
  return changed;
}

/// Whether the number that a Pad adds is never the maximum of a window that holds an element of `x` too.
bool loses_maximum(const Graph& graph, double value, ValueId x, const ops::Ints& dilations) {
  if (value == -std::numeric_limits<double>::infinity()) return true;
  // A dilated window may hold padding only.
  if (std::ranges::any_of(dilations, [](std::int64_t d) { return d != 1; })) return false;
  const double lowest = dispatch(graph.type(x).dtype, []<class T>(TypeTag<T>) {
    if constexpr (std::floating_point<T> || std::integral<T>)
      return static_cast<double>(std::numeric_limits<T>::lowest());
    return -std::numeric_limits<double>::infinity();
  });
  return value <= lowest || (value <= 0 && is_never_negative(graph, x));
}

std::optional<Op> with_padding(const Graph& graph, const Node& pad, const Node&, const ops::Pool& op,
                               const ops::Ints& pads) {
  const double value = std::get<ops::Pad>(pad.op).value;
  ops::Pool changed = op;
  add_to(changed.pads, pads);
  if (!below_window(changed.pads, Shape(op.kernel), op.dilations)) return std::nullopt;
  if (op.fn == ops::PoolFn::max) {
    return loses_maximum(graph, value, pad.inputs[0], op.dilations) ? std::optional<Op>(changed) : std::nullopt;
  }
  if (value != 0) return std::nullopt;
  if (op.fn == ops::PoolFn::average) {
    // What the Pad added always counts.
    const bool padded = std::ranges::any_of(op.pads, [](std::int64_t p) { return p != 0; });
    if (padded && !op.count_include_pad) return std::nullopt;
    changed.count_include_pad = true;
  }
  return changed;
}

/// With ceil_mode the last window may start in what a Pad adds, but not in a pool's own padding.
bool same_result(const Graph& graph, const Node& node, const Op& op, ValueId x) {
  std::vector<const TensorType*> types = graph.operand_types(node);
  types[0] = &graph.type(x);
  return infer_type(op, types) == graph.type(node.output);
}

}  // namespace

int fold_pad(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node node = graph.node(id);
    const Node* producer = node.inputs.empty() ? nullptr : rewriter.sole_producer<ops::Pad>(node.inputs[0]);
    if (producer == nullptr || graph.type(producer->output).shape.elements() == 0) continue;
    const Node pad = *producer;
    const auto pads = spatial_pads(std::get<ops::Pad>(pad.op));
    if (!pads) continue;
    const auto folded = std::visit(
        [&](const auto& op) -> std::optional<Op> {
          if constexpr (requires { with_padding(graph, pad, node, op, *pads); }) {
            return with_padding(graph, pad, node, op, *pads);
          }
          return std::nullopt;
        },
        node.op);
    if (!folded || !same_result(graph, node, *folded, pad.inputs[0])) continue;
    std::vector<ValueId> operands = node.inputs;
    operands[0] = pad.inputs[0];
    rewriter.replace_by_node(node, *folded, std::move(operands));
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
