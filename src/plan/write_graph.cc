#include <algorithm>
#include <map>

#include "plan/file_graph.h"

namespace exeunt {

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

auto dims_of(FlatBufferBuilder& builder, const Shape& shape) {
  return builder.CreateVector(shape.dims().data(), shape.dims().size());
}

auto dtype_of(FlatBufferBuilder& builder, DType dtype) {
  return builder.CreateSharedString(std::string(dtype_name(dtype)));
}

auto strings_of(FlatBufferBuilder& builder, const std::vector<std::string>& strings) {
  std::vector<Offset<flatbuffers::String>> offsets;
  for (const std::string& s : strings) offsets.push_back(builder.CreateSharedString(s));
  return builder.CreateVector(offsets);
}

template <class T>
Offset<file::Field> write_field(FlatBufferBuilder& builder, std::string_view name, const T& value) {
  Offset<flatbuffers::Vector<std::int64_t>> ints;
  Offset<flatbuffers::Vector<double>> floats;
  Offset<flatbuffers::String> word;
  if constexpr (std::is_same_v<T, ops::Ints>) {
    ints = builder.CreateVector(value);
  } else if constexpr (std::is_same_v<T, ops::Floats>) {
    floats = builder.CreateVector(value);
  } else if constexpr (std::is_same_v<T, DType>) {
    word = dtype_of(builder, value);
  } else if constexpr (std::is_enum_v<T>) {
    word = builder.CreateSharedString(std::string(ops::enum_name(value)));
  } else if constexpr (std::is_floating_point_v<T>) {
    floats = builder.CreateVector(ops::Floats{static_cast<double>(value)});
  } else {
    static_assert(std::is_integral_v<T>);
    ints = builder.CreateVector(ops::Ints{static_cast<std::int64_t>(value)});
  }
  return file::CreateField(builder, builder.CreateSharedString(std::string(name)), ints, floats, word);
}

Offset<file::Node> write_node(FlatBufferBuilder& builder, const Node& node) {
  std::vector<Offset<file::Field>> fields;
  std::visit(
      [&]<class T>(const T& op) {
        T::fields(op, [&](std::string_view name, const auto& v) { fields.push_back(write_field(builder, name, v)); });
      },
      node.op);
  const auto name = builder.CreateSharedString(node.name);
  const auto op = builder.CreateSharedString(std::string(op_name(node.op)));
  const auto all_fields = builder.CreateVector(fields);
  const auto inputs = builder.CreateVector(node.inputs);
  return file::CreateNode(builder, name, op, all_fields, inputs, node.output, strings_of(builder, node.absorbed));
}

Offset<file::TreeNode> write_tree_node(FlatBufferBuilder& builder, const TreeNode& node) {
  if (const auto* d = std::get_if<Decision>(&node)) {
    const auto name = builder.CreateSharedString(d->name);
    const auto criterion = builder.CreateSharedString(std::string(criterion_kind_name(d->criterion)));
    const auto combine = builder.CreateSharedString(std::string(combine_name(d->combine)));
    return file::CreateTreeNode(
        builder, file::CreateDecision(builder, name, criterion, d->threshold, d->input, d->leave, d->stay, combine,
                                      d->probabilities, d->temperature, d->enabled));
  }
  const auto& exit = std::get<Exit>(node);
  const Prediction& p = exit.prediction;
  return file::CreateTreeNode(
      builder, 0,
      file::CreateExit(builder, builder.CreateVector(exit.outputs), p.output, p.offset, p.classes, p.probabilities));
}

}  // namespace

std::vector<std::shared_ptr<const Tensor>> constants_of(const Graph& graph) {
  std::vector<std::shared_ptr<const Tensor>> constants;
  std::set<const Tensor*> known;
  for (const Value& value : graph.values) {
    if (value.constant != nullptr && known.insert(value.constant.get()).second) constants.push_back(value.constant);
  }
  return constants;
}

FileGraph write_graph(FlatBufferBuilder& builder, const Graph& graph, const std::function<bool(const Tensor*)>& holds) {
  FileGraph result;
  std::map<const Tensor*, int> numbers;
  std::vector<Offset<file::Constant>> constants;
  for (const auto& constant : constants_of(graph)) {
    numbers.emplace(constant.get(), static_cast<int>(numbers.size()));
    const bool held = holds(constant.get());
    const auto* data = reinterpret_cast<const std::uint8_t*>(constant->view().data);
    const auto bytes = held ? builder.CreateVector(data, constant->bytes()) : 0;
    const auto dims = dims_of(builder, constant->shape());
    constants.push_back(file::CreateConstant(builder, dtype_of(builder, constant->dtype()), dims, held, bytes));
  }
  std::vector<Offset<file::Value>> values;
  for (const Value& value : graph.values) {
    const auto name = builder.CreateSharedString(value.name);
    const auto dtype = dtype_of(builder, value.type.dtype);
    const auto dims = dims_of(builder, value.type.shape);
    const int number = value.constant == nullptr ? -1 : numbers.at(value.constant.get());
    values.push_back(file::CreateValue(builder, name, dtype, dims, number, builder.CreateVector(value.order)));
  }
  std::vector<Offset<file::Node>> nodes;
  for (const Node& node : graph.nodes) nodes.push_back(write_node(builder, node));
  std::vector<Offset<file::TreeNode>> tree;
  for (const TreeNode& node : graph.tree) tree.push_back(write_tree_node(builder, node));
  result.constants = builder.CreateVector(constants);
  result.values = builder.CreateVector(values);
  result.inputs = builder.CreateVector(graph.inputs);
  result.outputs = strings_of(builder, graph.output_names);
  result.nodes = builder.CreateVector(nodes);
  result.tree = builder.CreateVector(tree);
  return result;
}

}  // namespace exeunt
