#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/dtype.h"
#include "base/error.h"
#include "graph/verify.h"
#include "plan/file_graph.h"

namespace exeunt {

namespace {

DType read_dtype(const flatbuffers::String& name) {
  const std::optional<DType> dtype = parse_dtype(name.string_view());
  require(dtype.has_value(), ErrorCode::format, "there is no element type '{}'", name.string_view());
  return *dtype;
}

/// Copied as bytes: nothing has checked that 64-bit numbers are aligned.
template <class T>
std::vector<T> numbers_of(const flatbuffers::Vector<T>& from) {
  std::vector<T> numbers(from.size());
  if (!numbers.empty()) std::memcpy(numbers.data(), from.Data(), numbers.size() * sizeof(T));
  return numbers;
}

TensorType read_type(const flatbuffers::String& dtype, const flatbuffers::Vector<std::int64_t>& dims) {
  const std::vector<std::int64_t> sizes = numbers_of(dims);
  const TensorType type{read_dtype(dtype), Shape(std::span(std::as_const(sizes)))};
  checked_bytes(type);
  return type;
}

std::shared_ptr<const Tensor> read_constant(const file::Constant& constant) {
  const TensorType type = read_type(*constant.dtype(), *constant.dims());
  if (!constant.held()) return std::make_shared<const Tensor>(Tensor::placeholder(type));
  const std::size_t bytes = constant.bytes() == nullptr ? 0 : constant.bytes()->size();
  require(bytes == type.bytes(), ErrorCode::format, "a constant {} has {} bytes", type.str(), bytes);
  Tensor tensor(type);
  if (bytes > 0) std::memcpy(tensor.mutable_view().data, constant.bytes()->data(), bytes);
  return std::make_shared<const Tensor>(std::move(tensor));
}

template <class T>
void read_field(const file::Field& field, T& value) {
  const auto missing = [&]() { fail(ErrorCode::format, "field '{}' has no value", field.name()->string_view()); };
  if constexpr (std::is_same_v<T, ops::Ints>) {
    if (field.ints() == nullptr) missing();
    value = numbers_of(*field.ints());
  } else if constexpr (std::is_same_v<T, ops::Floats>) {
    if (field.floats() == nullptr) missing();
    value = numbers_of(*field.floats());
  } else if constexpr (std::is_same_v<T, DType>) {
    if (field.word() == nullptr) missing();
    value = read_dtype(*field.word());
  } else if constexpr (std::is_enum_v<T>) {
    const std::optional<T> known =
        field.word() == nullptr ? std::nullopt : ops::parse_enum<T>(field.word()->string_view());
    if (!known) missing();
    value = *known;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (field.floats() == nullptr || field.floats()->size() != 1) missing();
    value = static_cast<T>(numbers_of(*field.floats()).front());
  } else {
    if (field.ints() == nullptr || field.ints()->size() != 1) missing();
    value = static_cast<T>(numbers_of(*field.ints()).front());
  }
}

Op read_op(const file::Node& node) {
  const auto prototypes = op_prototypes();
  const std::string_view name = node.op()->string_view();
  const auto found = std::ranges::find_if(prototypes, [&](const Op& op) { return op_name(op) == name; });
  require(found != prototypes.end(), ErrorCode::format, "there is no op '{}'", name);
  Op op = *found;
  for (const file::Field* field : *node.fields()) {
    bool known = false;
    std::visit(
        [&]<class T>(T& o) {
          T::fields(o, [&](std::string_view of_op, auto& value) {
            if (of_op == field->name()->string_view()) known = true, read_field(*field, value);
          });
        },
        op);
    require(known, ErrorCode::format, "{} has no field '{}'", name, field->name()->string_view());
  }
  return op;
}

TreeNode read_tree_node(const file::TreeNode& node) {
  if (const file::Decision* d = node.decision()) {
    const std::optional<Criterion> criterion = parse_criterion_kind(d->criterion()->string_view());
    const std::optional<Combine> combine = parse_combine(d->combine()->string_view());
    require(criterion && combine, ErrorCode::format, "there is no criterion '{}' with '{}'",
            d->criterion()->string_view(), d->combine()->string_view());
    return Decision{d->name()->str(), *criterion, d->threshold(),     d->input(),       d->leave(),
                    d->stay(),        *combine,   d->probabilities(), d->temperature(), d->enabled()};
  }
  const file::Exit* e = node.exit();
  require(e != nullptr, ErrorCode::format, "a tree position is neither a decision nor an exit");
  return Exit{{e->outputs()->begin(), e->outputs()->end()},
              {e->output(), e->offset(), e->classes(), e->probabilities()}};
}

Value read_value(const file::Value& value, const std::vector<std::shared_ptr<const Tensor>>& constants) {
  Value result{value.name()->str(), read_type(*value.dtype(), *value.dims()), kNoNode, nullptr, {}};
  if (value.constant() >= 0) {
    require(static_cast<std::size_t>(value.constant()) < constants.size(), ErrorCode::format, "there is no constant {}",
            value.constant());
    result.constant = constants[static_cast<std::size_t>(value.constant())];
  }
  if (value.order() != nullptr) result.order = numbers_of(*value.order());
  return result;
}

Node read_node(const file::Node& node) {
  Node result{node.name()->str(), read_op(node), {node.inputs()->begin(), node.inputs()->end()}, node.output()};
  for (const flatbuffers::String* name : *node.absorbed()) result.absorbed.push_back(name->str());
  return result;
}

}  // namespace

Graph read_graph(const file::Plan& plan, std::vector<std::shared_ptr<const Tensor>>& constants) {
  Graph graph;
  for (const file::Constant* constant : *plan.constants()) constants.push_back(read_constant(*constant));
  for (const file::Value* value : *plan.values()) graph.values.push_back(read_value(*value, constants));
  for (const file::Node* node : *plan.nodes()) {
    graph.nodes.push_back(read_node(*node));
    const ValueId output = node->output();
    require(output >= 0 && static_cast<std::size_t>(output) < graph.values.size(), ErrorCode::format,
            "there is no value {}", output);
    graph.value(output).producer = static_cast<NodeId>(graph.nodes.size()) - 1;
  }
  graph.inputs.assign(plan.inputs()->begin(), plan.inputs()->end());
  for (const flatbuffers::String* name : *plan.outputs()) graph.output_names.push_back(name->str());
  for (const file::TreeNode* node : *plan.tree()) graph.tree.push_back(read_tree_node(*node));
  verify(graph);
  return graph;
}

}  // namespace exeunt
