#include "passes/flattened_products.h"

#include <algorithm>

#include "passes/permutation.h"

namespace exeunt {

namespace {

/// The axes of a transposed tensor that become the rows of the weights.
struct Rows {
  ops::Ints dims;   ///< as they follow each other after the Transpose
  ops::Ints order;  ///< which of them comes first, second, ... before it
};

/// Nothing unless `form` is a tensor whose last axes alone changed places before they were joined to one of `count`.
std::optional<Rows> flattened_rows(const Shape& base, const Form& form, std::int64_t count) {
  const Shape moved = permuted(base, form.perm);
  int first = moved.rank();
  std::int64_t elements = 1;
  while (first > 0 && elements < count) elements *= moved[--first];
  if (elements != count || count == 0) return std::nullopt;
  const auto is_row = [&](std::int64_t axis) { return axis >= first; };
  std::int64_t last = -1;
  Rows rows;
  std::vector<std::int64_t> places;
  for (int i = 0; i < moved.rank(); ++i) {
    const std::int64_t place = form.perm[static_cast<std::size_t>(i)];
    if (is_row(i)) {
      rows.dims.push_back(moved[i]);
      places.push_back(place);
      rows.order.push_back(i - first);
    } else if (moved[i] != 1) {
      if (place < last) return std::nullopt;
      last = place;
    }
  }
  // The axes before must come before all rows.
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (rows.dims[i] != 1 && places[i] < last) return std::nullopt;
  }
  std::ranges::sort(rows.order, {}, [&](std::int64_t row) { return places[static_cast<std::size_t>(row)]; });
  return rows;
}

/// Weights [K,N], or [N,K] if `rows_last`, for rows in the order of before.
Tensor reordered(const Tensor& weights, const Rows& rows, bool rows_last) {
  ops::Ints dims = rows.dims;
  ops::Ints perm = rows.order;
  if (rows_last) {
    dims.insert(dims.begin(), weights.shape()[0]);
    for (std::int64_t& axis : perm) ++axis;
    perm.insert(perm.begin(), 0);
  } else {
    perm.push_back(static_cast<std::int64_t>(dims.size()));
    dims.push_back(weights.shape()[1]);
  }
  return reshaped(permuted(reshaped(weights, Shape(dims)), perm), weights.shape());
}

/// The operands with a flattened first one had from before its Transpose.
std::optional<std::vector<ValueId>> unflattened(Graph& graph, TransposedForms& forms, const Node& node,
                                                bool rows_last) {
  const Form form = forms.of(node.inputs[0]);
  const Tensor* weights = graph.constant(node.inputs[1]);
  if (weights == nullptr || weights->shape().rank() != 2 || form.shape.rank() < 2) return std::nullopt;
  const std::int64_t count = form.shape[form.shape.rank() - 1];
  const Shape base = graph.type(form.base).shape;
  const std::optional<Rows> rows = flattened_rows(base, form, count);
  if (!rows || rows->dims.size() + 1 > Shape::kMaxRank) return std::nullopt;
  Tensor moved = reordered(*weights, *rows, rows_last);
  const ops::Ints flat(form.shape.begin(), form.shape.end());
  std::vector<ValueId> operands = {graph.add_node(ops::Reshape{flat}, {form.base}, graph.value(node.inputs[0]).name)};
  operands.push_back(graph.add_constant(std::move(moved), graph.value(node.inputs[1]).name));
  for (std::size_t i = 2; i < node.inputs.size(); ++i) operands.push_back(forms.plain(node.inputs[i]));
  return operands;
}

/// A matrix and whether it is to be read transposed.
bool turn(const Graph& graph, TransposedForms& forms, ValueId& v) {
  const Form& form = forms.of(v);
  const bool turned = !forms.is_flat(v) && !keeps_bytes(graph.type(form.base).shape, form.perm);
  v = turned ? forms.of(v).base : forms.plain(v);
  return turned;
}

}  // namespace

std::optional<Product> before_product(Graph& graph, TransposedForms& forms, const ops::Gemm& op, const Node& node) {
  if (forms.is_flat(node.inputs[0])) {
    if (op.trans_a) return std::nullopt;
    std::optional<std::vector<ValueId>> operands = unflattened(graph, forms, node, op.trans_b);
    if (operands) return Product{op, std::move(*operands)};
  }
  ops::Gemm turned = op;
  std::vector<ValueId> operands = node.inputs;
  if (turn(graph, forms, operands[0])) turned.trans_a = !op.trans_a;
  if (turn(graph, forms, operands[1])) turned.trans_b = !op.trans_b;
  if (turned == op) return std::nullopt;
  for (std::size_t i = 2; i < operands.size(); ++i) operands[i] = forms.plain(operands[i]);
  return Product{turned, std::move(operands)};
}

std::optional<Product> before_product(Graph& graph, TransposedForms& forms, const ops::MatMul& op, const Node& node) {
  if (forms.is_flat(node.inputs[0])) {
    if (std::optional<std::vector<ValueId>> operands = unflattened(graph, forms, node, false))
      return Product{op, std::move(*operands)};
  }
  const bool matrices = forms.of(node.inputs[0]).shape.rank() == 2 && forms.of(node.inputs[1]).shape.rank() == 2 &&
                        op.activation == ops::Activation::none && node.inputs.size() == 2;
  return matrices ? before_product(graph, forms, ops::Gemm{}, node) : std::nullopt;
}

}  // namespace exeunt
