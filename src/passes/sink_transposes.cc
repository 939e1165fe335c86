#include "passes/sink_transposes.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "passes/flattened_products.h"
#include "passes/permutation.h"
#include "passes/regroup.h"
#include "passes/transposed_forms.h"

namespace exeunt {

namespace {

std::int64_t moved_axis(const Form& form, std::int64_t axis) {
  return form.perm[static_cast<std::size_t>(normalize_axis(axis, form.shape.rank()))];
}

ops::Ints moved_axes(const Form& form, const ops::Ints& axes) {
  ops::Ints moved;
  for (const std::int64_t axis : axes) moved.push_back(moved_axis(form, axis));
  return moved;
}

/// A list with one entry an axis, or one for the begins of all and then the ends, by the axes before the Transpose.
template <class T>
std::vector<T> by_axis_before(const Form& form, const std::vector<T>& by_axis) {
  std::vector<T> before = by_axis;
  const std::size_t rank = form.perm.size();
  for (std::size_t i = 0; i < by_axis.size(); ++i) {
    before[i / rank * rank + static_cast<std::size_t>(form.perm[i % rank])] = by_axis[i];
  }
  return before;
}

class Sinker {
 public:
  Sinker(Graph& graph, const SinkOptions& options)
      : graph_(graph), options_(options), order_(execution_order(graph)), forms_(graph), pinned_(graph.values.size()) {}

  void run() {
    take_inputs();
    find_pinned();
    for (const NodeId id : order_) sink(id);
    for (TreeNode& node : graph_.tree) {
      if (auto* decision = std::get_if<Decision>(&node)) {
        decision->input = forms_.plain(decision->input);
      } else {
        for (ValueId& v : std::get<Exit>(node).outputs) v = forms_.plain(v);
      }
    }
  }

 private:
  void take_inputs() {
    for (const auto& [index, perm] : options_.inputs) {
      const ValueId old = graph_.inputs[index];
      Value value = graph_.value(old);
      const ops::Ints before = value.order.empty() ? identity_perm(value.type.shape.rank()) : value.order;
      const ops::Ints back = inverse(perm);
      value.type.shape = permuted(value.type.shape, perm);
      value.order.clear();
      for (const std::int64_t axis : before) value.order.push_back(back[static_cast<std::size_t>(axis)]);
      if (is_identity(value.order)) value.order.clear();
      graph_.values.push_back(std::move(value));
      graph_.inputs[index] = static_cast<ValueId>(graph_.values.size()) - 1;
      forms_.set(old, forms_.transposed(graph_.inputs[index], back));
    }
  }

  /// Values that somebody needs as they are.
  void find_pinned() {
    const auto pin = [&](ValueId v) {
      if (v != kNoValue) pinned_[static_cast<std::size_t>(v)] = true;
    };
    for (const NodeId id : order_) {
      if (!has_rule(graph_.node(id).op)) std::ranges::for_each(graph_.node(id).inputs, pin);
    }
    for (const TreeNode& node : graph_.tree) for_each_tree_use(node, pin);
  }

  bool has_rule(const Op& op) {
    return std::visit(
        [&](const auto& o) {
          return requires { go(o, std::declval<const Node&>()); };
        },
        op);
  }

  void sink(NodeId id) {
    const Node node = graph_.node(id);
    const bool is_transpose = std::holds_alternative<ops::Transpose>(node.op);
    std::vector<std::pair<ValueId, Form>> taken;
    for (const ValueId v : node.inputs) {
      if (is_transpose || v == kNoValue || !options_.take_what_is_there || !pinned_[static_cast<std::size_t>(v)] ||
          forms_.is_plain(v))
        continue;
      taken.emplace_back(v, forms_.of(v));
      forms_.set(v, forms_.transposed(forms_.plain(v), identity_perm(forms_.of(v).shape.rank())));
    }
    sink_on(id, node);
    for (auto& [v, form] : taken) forms_.set(v, std::move(form));
  }

  void sink_on(NodeId id, const Node& node) {
    const bool plain = std::ranges::all_of(node.inputs, [&](ValueId v) { return v == kNoValue || forms_.is_plain(v); });
    if (!plain || std::holds_alternative<ops::Transpose>(node.op)) {
      std::optional<Form> form = std::visit(
          [&](const auto& op) -> std::optional<Form> {
            if constexpr (requires { go(op, node); }) return go(op, node);
            return std::nullopt;
          },
          node.op);
      if (form) return forms_.set(node.output, std::move(*form));
    }
    std::vector<ValueId> operands;
    for (const ValueId v : node.inputs) operands.push_back(forms_.plain(v));
    graph_.node(id).inputs = std::move(operands);
  }

  Form result(Op op, std::vector<ValueId> operands, const Node& node, const ops::Ints& perm) {
    const ValueId made = graph_.add_node(std::move(op), std::move(operands), node.name);
    graph_.value(made).name = graph_.value(node.output).name;
    return forms_.transposed(made, perm);
  }

  /// The operands with what stands before the Transpose of the first one, the others as they are.
  std::vector<ValueId> behind_first(const Node& node) {
    std::vector<ValueId> operands = {forms_.of(node.inputs[0]).base};
    for (std::size_t i = 1; i < node.inputs.size(); ++i) operands.push_back(forms_.plain(node.inputs[i]));
    return operands;
  }

  /// An op of each element for itself: goes before anything.
  Form each_element(const Op& op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    Form made = result(op, behind_first(node), node, form.perm);
    made.shape = form.shape;
    return made;
  }

  /// An op with an axis, whose result has the operand's axes.
  template <class T>
  std::optional<Form> along_axis(T op, const Node& node) {
    if (forms_.is_flat(node.inputs[0])) return std::nullopt;
    const Form form = forms_.of(node.inputs[0]);
    op.axis = moved_axis(form, op.axis);
    return result(op, behind_first(node), node, form.perm);
  }

  bool grows(const Node& node) const {
    double moved = 0;
    for (const ValueId v : node.inputs) {
      if (v != kNoValue && !forms_.is_plain(v)) moved += static_cast<double>(graph_.type(v).shape.elements());
    }
    return static_cast<double>(graph_.type(node.output).shape.elements()) > moved;
  }

  /// The order of the result's axes in which the operands are cheapest to have: none, or that of an operand.
  ops::Ints best_order(const Node& node) const {
    const int rank = graph_.type(node.output).shape.rank();
    std::vector<ops::Ints> orders = {identity_perm(rank)};
    for (const ValueId v : node.inputs) {
      if (!forms_.is_plain(v) && !forms_.is_flat(v)) orders.push_back(extended(forms_.of(v).perm, rank));
    }
    const auto cost = [&](const ops::Ints& order) {
      double sum = 0;
      for (const ValueId v : node.inputs) sum += forms_.cost_before(v, order);
      return sum;
    };
    const ops::Ints best = *std::ranges::min_element(orders, {}, cost);
    return !options_.through_growth && grows(node) ? orders.front() : best;
  }

  /// An op of several operands that all have the result's axes, or broadcast to them.
  std::optional<Form> together(const Op& op, const Node& node, const ops::Ints& order) {
    if (is_identity(order)) return std::nullopt;
    std::vector<ValueId> operands;
    for (const ValueId v : node.inputs) operands.push_back(forms_.before(v, order));
    return result(op, std::move(operands), node, order);
  }

  /// One operand that was reshaped, the others numbers: as if it were an op of one operand.
  std::optional<Form> with_numbers(const Op& op, const Node& node) {
    std::vector<ValueId> operands = node.inputs;
    std::optional<Form> form;
    for (ValueId& v : operands) {
      if (graph_.constant(v) != nullptr) {
        if (graph_.type(v).shape.elements() != 1 || graph_.type(v).shape.rank() > 1) return std::nullopt;
      } else {
        if (form || !forms_.is_flat(v)) return std::nullopt;
        form = forms_.of(v);
        v = form->base;
        if (form->shape.rank() == 0 || graph_.type(v).shape.rank() == 0) return std::nullopt;
      }
    }
    if (!form) return std::nullopt;
    Form made = result(op, std::move(operands), node, form->perm);
    made.shape = form->shape;
    return made;
  }

  std::optional<Form> broadcasting(const Op& op, const Node& node) {
    if (std::optional<Form> form = with_numbers(op, node)) return form;
    return together(op, node, best_order(node));
  }

  std::optional<Form> go(const ops::Binary& op, const Node& node) { return broadcasting(op, node); }
  std::optional<Form> go(const ops::Compare& op, const Node& node) { return broadcasting(op, node); }
  std::optional<Form> go(const ops::Where& op, const Node& node) { return broadcasting(op, node); }
  std::optional<Form> go(const ops::Unary& op, const Node& node) { return each_element(op, node); }
  std::optional<Form> go(const ops::Cast& op, const Node& node) { return each_element(op, node); }

  /// Numbers by channel need the channels where they are.
  std::optional<Form> go(const ops::ScaleShift& op, const Node& node) {
    const auto is_one = [&](ValueId v) { return graph_.type(v).shape.elements() == 1; };
    if (!is_one(node.inputs[1]) || !is_one(node.inputs[2])) return std::nullopt;
    return each_element(op, node);
  }

  std::optional<Form> go(const ops::Softmax& op, const Node& node) { return along_axis(op, node); }
  std::optional<Form> go(const ops::LogSoftmax& op, const Node& node) { return along_axis(op, node); }
  std::optional<Form> go(const ops::TopK& op, const Node& node) { return along_axis(op, node); }
  std::optional<Form> go(const ops::CumSum& op, const Node& node) { return along_axis(op, node); }
  std::optional<Form> go(const ops::Quantize& op, const Node& node) { return with_scale(op, node); }
  std::optional<Form> go(const ops::Dequantize& op, const Node& node) { return with_scale(op, node); }

  template <class T>
  std::optional<Form> with_scale(const T& op, const Node& node) {
    const bool one_scale = graph_.type(node.inputs[1]).shape.elements() == 1;
    return one_scale ? each_element(op, node) : along_axis(op, node);
  }

  std::optional<Form> go(ops::Concat op, const Node& node) {
    const ops::Ints order = best_order(node);
    op.axis = order[static_cast<std::size_t>(normalize_axis(op.axis, static_cast<int>(order.size())))];
    return together(op, node, order);
  }

  std::optional<Form> go(const ops::Transpose& op, const Node& node) {
    const ValueId v = node.inputs[0];
    Form form = forms_.of(v);
    if (forms_.is_flat(v)) form = forms_.transposed(forms_.plain(v), identity_perm(form.shape.rank()));
    return forms_.transposed(form.base, composed(form.perm, op.perm));
  }

  std::optional<Form> go(const ops::Reshape& op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    const Shape target(op.shape);
    if (!forms_.is_flat(node.inputs[0])) {
      if (const std::optional<Regrouped> groups = regroup(form.shape, form.perm, target))
        return result(ops::Reshape{groups->shape}, {form.base}, node, groups->perm);
    }
    return Form{form.base, form.perm, target};
  }

  std::optional<Form> go(ops::Reduce op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0])) return std::nullopt;
    ops::Ints axes = op.axes.empty() ? identity_perm(form.shape.rank()) : op.axes;
    for (std::int64_t& axis : axes) axis = normalize_axis(axis, form.shape.rank());
    op.axes = moved_axes(form, axes);
    return result(op, {form.base}, node, op.keepdims ? form.perm : without_axes(form.perm, axes));
  }

  std::optional<Form> go(ops::ArgReduce op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0])) return std::nullopt;
    const ops::Ints axis = {normalize_axis(op.axis, form.shape.rank())};
    op.axis = moved_axis(form, op.axis);
    return result(op, {form.base}, node, op.keepdims ? form.perm : without_axes(form.perm, axis));
  }

  std::optional<Form> go(ops::Slice op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0])) return std::nullopt;
    op.axes = moved_axes(form, op.axes);
    return result(op, {form.base}, node, form.perm);
  }

  std::optional<Form> go(ops::Pad op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0]) || (!options_.through_growth && grows(node))) return std::nullopt;
    op.pads = by_axis_before(form, op.pads);
    return result(op, {form.base}, node, form.perm);
  }

  std::optional<Form> go(ops::Expand op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0]) || (!options_.through_growth && grows(node))) return std::nullopt;
    const Shape shape = graph_.type(node.output).shape;
    const ops::Ints order = extended(form.perm, shape.rank());
    const Shape before = permuted(shape, inverse(order));
    op.shape.assign(before.begin(), before.end());
    return result(op, {form.base}, node, order);
  }

  std::optional<Form> go(ops::Gather op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    const int index_rank = graph_.type(node.inputs[1]).shape.rank();
    if (forms_.is_flat(node.inputs[0]) || index_rank > 1 || grows(node)) return std::nullopt;
    const ops::Ints axis = {normalize_axis(op.axis, form.shape.rank())};
    op.axis = moved_axis(form, op.axis);
    return result(op, behind_first(node), node, index_rank == 1 ? form.perm : without_axes(form.perm, axis));
  }

  std::optional<Form> go(ops::Tile op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0]) || (!options_.through_growth && grows(node))) return std::nullopt;
    op.repeats = by_axis_before(form, op.repeats);
    return result(op, {form.base}, node, form.perm);
  }

  std::optional<Form> go(ops::Resize op, const Node& node) {
    const Form form = forms_.of(node.inputs[0]);
    if (forms_.is_flat(node.inputs[0]) || (!options_.through_growth && grows(node))) return std::nullopt;
    op.sizes = by_axis_before(form, op.sizes);
    op.scales = by_axis_before(form, op.scales);
    if (op.roi.size() == 2 * form.perm.size()) op.roi = by_axis_before(form, op.roi);
    return result(op, {form.base}, node, form.perm);
  }

  std::optional<Form> go(const ops::Gemm& op, const Node& node) { return product(op, node); }
  std::optional<Form> go(const ops::MatMul& op, const Node& node) { return product(op, node); }

  template <class T>
  std::optional<Form> product(const T& op, const Node& node) {
    std::optional<Product> made = before_product(graph_, forms_, op, node);
    if (!made) return std::nullopt;
    const int rank = graph_.type(node.output).shape.rank();
    return result(std::move(made->op), std::move(made->operands), node, identity_perm(rank));
  }

  Graph& graph_;
  const SinkOptions& options_;
  std::vector<NodeId> order_;
  TransposedForms forms_;
  std::vector<bool> pinned_;
};

}  // namespace

void sink_transposes(Graph& graph, const SinkOptions& options) { Sinker(graph, options).run(); }

}  // namespace exeunt
