#include "passes/transposed_forms.h"

#include "passes/permutation.h"

namespace exeunt {

TransposedForms::TransposedForms(Graph& graph) : graph_(graph) {
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    const Shape& shape = graph.values[i].type.shape;
    forms_.push_back({static_cast<ValueId>(i), identity_perm(shape.rank()), shape});
  }
}

Form TransposedForms::transposed(ValueId base, const ops::Ints& perm) const {
  return {base, perm, permuted(graph_.type(base).shape, perm)};
}

bool TransposedForms::is_plain(ValueId v) const {
  const Form& form = of(v);
  return is_identity(form.perm) && graph_.type(form.base).shape == form.shape;
}

bool TransposedForms::is_flat(ValueId v) const {
  const Form& form = of(v);
  return permuted(graph_.type(form.base).shape, form.perm) != form.shape;
}

ValueId TransposedForms::plain(ValueId v) {
  if (v == kNoValue) return v;
  const Form form = of(v);
  if (is_plain(v)) return form.base;
  const auto [made, fresh] = made_.try_emplace(v, kNoValue);
  if (!fresh) return made->second;
  const Node* producer = graph_.producer(v);
  const std::string name = producer == nullptr ? "" : producer->name;
  const Shape shape = graph_.type(form.base).shape;
  const bool moves = !keeps_bytes(shape, form.perm);
  ValueId value = moves ? transposed_node(form.base, form.perm, name) : form.base;
  if (graph_.type(value).shape != form.shape) {
    value = graph_.add_node(ops::Reshape{{form.shape.begin(), form.shape.end()}}, {value}, name);
  }
  graph_.value(value).name = graph_.value(v).name;
  made->second = value;
  return value;
}

ValueId TransposedForms::transposed_node(ValueId base, const ops::Ints& perm, const std::string& name) {
  const auto [made, fresh] = transposes_.try_emplace({base, perm}, kNoValue);
  if (fresh) made->second = graph_.add_node(ops::Transpose{perm}, {base}, name);
  return made->second;
}

double TransposedForms::cost_before(ValueId v, const ops::Ints& perm) const {
  if (graph_.constant(v) != nullptr) return 0;
  const Form& form = of(v);
  const Shape shape = graph_.type(form.base).shape;
  const auto elements = static_cast<double>(shape.elements());
  const int rank = static_cast<int>(perm.size());
  if (is_flat(v)) return elements + (keeps_bytes(with_rank(form.shape, rank), inverse(perm)) ? 0 : elements);
  const ops::Ints whole = composed(extended(form.perm, rank), inverse(perm));
  return keeps_bytes(with_rank(shape, rank), whole) ? 0 : elements;
}

ValueId TransposedForms::before(ValueId v, const ops::Ints& perm) {
  if (graph_.constant(v) != nullptr) return constant_before(v, perm);
  const int rank = static_cast<int>(perm.size());
  const Form form = is_flat(v) ? transposed(plain(v), identity_perm(of(v).shape.rank())) : of(v);
  const ops::Ints whole = composed(extended(form.perm, rank), inverse(perm));
  if (is_identity(whole)) return form.base;
  const Shape shape = with_rank(graph_.type(form.base).shape, rank);
  const Shape result = permuted(shape, whole);
  const auto reshape = [&](const Shape& to) {
    return graph_.type(form.base).shape == to
               ? form.base
               : graph_.add_node(ops::Reshape{{to.begin(), to.end()}}, {form.base}, graph_.value(v).name);
  };
  if (keeps_bytes(shape, whole)) return reshape(result);
  return transposed_node(reshape(shape), whole, graph_.value(v).name);
}

ValueId TransposedForms::constant_before(ValueId v, const ops::Ints& perm) {
  const Tensor& constant = *graph_.constant(v);
  if (constant.elements() == 1 || is_identity(perm)) return v;
  const Shape shape = with_rank(constant.shape(), static_cast<int>(perm.size()));
  Tensor moved = permuted(reshaped(constant, shape), inverse(perm));
  return graph_.add_constant(std::move(moved), graph_.value(v).name);
}

}  // namespace exeunt
