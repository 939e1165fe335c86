#include <algorithm>
#include <functional>

#include "passes/affine.h"
#include "passes/numbers.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

struct SingleOp {
  Op op;
  std::vector<Tensor> constants;  ///< behind the operand x
};

/// The op that computes `f` alone; nothing if none does.
std::optional<SingleOp> single_form(const TensorType& type, const Affine& f) {
  const bool unit = !f.by_axis() && f.scale[0] == -1;
  if (!f.shifts() && unit) return SingleOp{ops::Unary{.fn = ops::UnaryFn::Neg}, {}};
  std::vector<Tensor> constants;
  if (f.scales() && f.shifts()) {
    if (f.by_axis() && f.axis != 1) return std::nullopt;
    const TensorType parameter{type.dtype, {static_cast<std::int64_t>(f.scale.size())}};
    constants.push_back(tensor_of(parameter, f.scale));
    constants.push_back(tensor_of(parameter, f.shift));
    return SingleOp{ops::ScaleShift{}, std::move(constants)};
  }
  std::vector<double> numbers = f.scales() ? f.scale : f.shift;
  const bool same = std::ranges::adjacent_find(numbers, std::not_equal_to()) == numbers.end();
  if (same) numbers.resize(1);
  constants.push_back(along_axis(type, same ? Affine::kNoAxis : f.axis, numbers));
  return SingleOp{ops::Binary{f.scales() ? ops::BinaryFn::Mul : ops::BinaryFn::Add}, std::move(constants)};
}

/// Whether the node is the form already: the op, x first, constants of these shapes.
bool is_form(const Graph& graph, const Node& node, const SingleOp& form) {
  if (node.op != form.op || node.inputs.size() != 1 + form.constants.size()) return false;
  for (std::size_t i = 0; i < form.constants.size(); ++i) {
    const Tensor* constant = graph.constant(node.inputs[i + 1]);
    if (constant == nullptr || constant->type() != form.constants[i].type()) return false;
  }
  return true;
}

ValueId add_form(Graph& graph, SingleOp form, ValueId x, const std::string& name) {
  std::vector<ValueId> operands = {x};
  for (Tensor& constant : form.constants) operands.push_back(graph.add_constant(std::move(constant)));
  return graph.add_node(std::move(form.op), std::move(operands), name);
}

/// `f` as one node, or as a Mul and an Add; nothing where the chain is that already, or has one node and two would be
/// needed.
std::optional<ValueId> rewritten(Graph& graph, const AffineChain& chain, const Node& last) {
  const Affine& f = chain.function;
  const TensorType type = graph.type(last.output);
  if (!f.scales() && !f.shifts()) return f.x;
  if (auto form = single_form(type, f)) {
    if (chain.nodes.size() == 1 && is_form(graph, last, *form)) return std::nullopt;
    return add_form(graph, std::move(*form), f.x, last.name);
  }
  Affine scale = f;
  Affine shift = f;
  std::ranges::fill(scale.shift, 0);
  std::ranges::fill(shift.scale, 1);
  SingleOp first = *single_form(type, scale);
  SingleOp second = *single_form(type, shift);
  if (chain.nodes.size() == 1) return std::nullopt;
  if (chain.nodes.size() == 2 && is_form(graph, last, second) && is_form(graph, graph.node(chain.nodes[1]), first))
    return std::nullopt;
  return add_form(graph, std::move(second), add_form(graph, std::move(first), f.x, last.name), last.name);
}

}  // namespace

int merge_scale_shift(Graph& graph) {
  Rewriter rewriter(graph);
  std::vector<bool> done(graph.nodes.size(), false);
  std::vector<NodeId> order = execution_order(graph);
  std::ranges::reverse(order);
  for (const NodeId id : order) {
    if (done[static_cast<std::size_t>(id)] || !rewriter.is_used(graph.node(id).output)) continue;
    const Node last = graph.node(id);
    const auto chain = affine_chain(graph, rewriter, last);
    if (!chain) continue;
    for (const NodeId part : chain->nodes) done[static_cast<std::size_t>(part)] = true;
    if (const auto result = rewritten(graph, *chain, last)) {
      if (*result != chain->function.x) graph.value(*result).name = graph.value(last.output).name;
      rewriter.replace(last.output, *result);
    }
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
