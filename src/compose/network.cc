#include "compose/network.h"

#include <algorithm>

#include "base/error.h"
#include "compose/opset_changes.h"

namespace exeunt {

namespace {

using Order = std::vector<std::int64_t>;
using Dimension = onnx::TensorShapeProto::Dimension;

const onnx::TypeProto::Tensor& type_of(const onnx::ValueInfoProto& value) { return value.type().tensor_type(); }

bool is_fixed(const Dimension& dim) { return dim.has_dim_value() && dim.dim_value() >= 0; }

/// "f32[batch,3,32,32]"
std::string type_text(const onnx::ValueInfoProto& value, DType dtype) {
  std::vector<std::string> dims;
  for (const Dimension& dim : type_of(value).shape().dim()) {
    if (is_fixed(dim))
      dims.push_back(std::to_string(dim.dim_value()));
    else
      dims.push_back(dim.dim_param().empty() ? "?" : dim.dim_param());
  }
  return fmt::format("{}[{}]", dtype_name(dtype), fmt::join(dims, ","));
}

bool axis_fits(std::int64_t size, const Dimension& dim, int axis) {
  // A batch of one sample: the free axis of one part is the fixed one of the other.
  return !is_fixed(dim) || dim.dim_value() == size || (axis == 0 && dim.dim_value() <= 1 && size <= 1);
}

/// Whether a tensor with its axes in this order is what an input asks for.
bool fits(const Shape& shape, const Order& order, const onnx::TensorShapeProto& wanted) {
  if (shape.rank() != wanted.dim_size()) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto from = order.empty() ? axis : static_cast<int>(order[static_cast<std::size_t>(axis)]);
    if (!axis_fits(shape[from], wanted.dim(axis), axis)) return false;
  }
  return true;
}

/// How the axes have to be turned if the tensor is what the input asks for in the other layout; empty if it is not.
Order other_layout(const Shape& shape, const onnx::TensorShapeProto& wanted) {
  for (const Order& order : {Order{0, 2, 3, 1}, Order{0, 3, 1, 2}}) {
    if (shape.rank() == 4 && fits(shape, order, wanted)) return order;
  }
  return {};
}

/// What a file leaves open of its input's shape, as the tensor has it.
InputShapes bound_shapes(const onnx::ValueInfoProto& input, const Shape& shape, const Order& order) {
  const auto& dims = type_of(input).shape();
  const bool open = std::any_of(dims.dim().begin() + (dims.dim_size() > 0 ? 1 : 0), dims.dim().end(),
                                [](const Dimension& dim) { return !is_fixed(dim); });
  if (!open && type_of(input).has_shape()) return {};
  Order bound;
  for (int axis = 0; axis < shape.rank(); ++axis)
    bound.push_back(shape[order.empty() ? axis : static_cast<int>(order[static_cast<std::size_t>(axis)])]);
  return {{input.name(), bound}};
}

bool has_free_batch(const onnx::ValueInfoProto& input) {
  return type_of(input).shape().dim_size() > 0 && !is_fixed(type_of(input).shape().dim(0));
}

std::string stem_of(const std::string& file) { return std::filesystem::path(file).stem().string(); }

}  // namespace

std::int64_t common_opset(const std::vector<Part>& parts) {
  const Part& newest = *std::ranges::max_element(parts, {}, &Part::opset);
  for (const Part& part : parts) {
    if (part.opset == newest.opset) continue;
    const std::string changed = changed_operator(part.model.graph(), part.opset, newest.opset);
    require(changed.empty(), ErrorCode::unsupported,
            "{} has opset {}, {} has {}, and {} may not mean the same in both; export them again with one opset, or "
            "convert one with onnx.version_converter",
            part.file, part.opset, newest.file, newest.opset, changed);
  }
  return newest.opset;
}

Network::Network(Part first, std::int64_t opset, const InputShapes& shapes, bool transpose)
    : part_(std::move(first)), shapes_(shapes), transpose_(transpose) {
  if (part_.opset != opset) {
    notes_.push_back(
        fmt::format("{} has opset {}; the result has {}, which means the same", part_.file, part_.opset, opset));
  }
  part_.opset = opset;
  part_.model.clear_opset_import();
  part_.model.add_opset_import()->set_version(opset);
  reserve_outputs();
}

/// Outputs have names that people know; a tensor inside that has one of them gives way.
void Network::reserve_outputs() {
  collect_tensors(graph(), tensors_);
  collect_nodes(graph(), nodes_);
  const auto is_input = [&](const std::string& name) {
    return std::ranges::any_of(graph().input(), [&](const auto& input) { return input.name() == name; });
  };
  for (const char* name : {kPredictionName, kExitName}) {
    if (!tensors_.insert(name).second && !is_input(name))
      renamed_[name] = unique_name(tensors_, stem_of(part_.file) + "/" + name);
  }
  rename_all(
      graph(), [&](const std::string& name) { return tensor_of(name); }, [](const std::string& name) { return name; });
}

std::string Network::tensor_of(const std::string& name) const {
  const auto renamed = renamed_.find(name);
  return renamed == renamed_.end() ? name : renamed->second;
}

std::string Network::attach(Part part, const std::string& tensor) {
  const std::string input_name = only_input(part);
  const std::string output_name = only_output(part);
  require_tensor(part, output_name);
  const onnx::ValueInfoProto input = part.model.graph().input(0);
  const TensorType given_type = facts_of(part_, tensor, shapes_).type;
  const Shape& given = given_type.shape;
  const DType given_dtype = given_type.dtype;
  const bool shaped = type_of(input).has_shape();
  Order order;
  if (shaped && !fits(given, {}, type_of(input).shape())) {
    order = other_layout(given, type_of(input).shape());
    const std::string what =
        fmt::format("{}: its input '{}' is {}, and '{}' of {} is {}{}", part.file, input_name,
                    type_text(input, given_dtype), tensor, part_.file, dtype_name(given_dtype), given.str());
    require(!order.empty(), ErrorCode::shape, "{}; export both with one shape", what);
    const bool to_nchw = order[1] == 3;
    require(transpose_, ErrorCode::shape,
            "{}: one is {}, the other {}; export both in one layout, or let --transpose put a Transpose between them",
            what, to_nchw ? "NCHW" : "NHWC", to_nchw ? "NHWC" : "NCHW");
    notes_.push_back(fmt::format("{}: a Transpose turns '{}' to {}", part.file, tensor, to_nchw ? "NCHW" : "NHWC"));
  }
  const TensorFacts inside = facts_of(part, input_name, bound_shapes(input, given, order));
  require(inside.type.dtype == given_dtype, ErrorCode::dtype, "{}: its input '{}' is {}, and '{}' of {} is {}{}",
          part.file, input_name, inside.type.str(), tensor, part_.file, dtype_name(given_dtype), given.str());
  // A part that was exported for one sample keeps the network from taking more.
  if (!has_free_batch(input)) {
    for (auto& own : *graph().mutable_input()) {
      if (!has_free_batch(own)) continue;
      own.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(1);
      notes_.push_back(fmt::format("{} takes one sample; so does the result, input '{}'", part.file, own.name()));
    }
  }
  join(part, input_name, tensor, order);
  return graph().output(graph().output_size() - 1).name();
}

void Network::join(Part& part, const std::string& input, const std::string& tensor, const Order& order) {
  const std::string prefix = stem_of(part.file) + "/";
  std::string source = tensor;
  if (!order.empty()) {
    onnx::NodeProto& turn = *graph().add_node();
    source = unique_name(tensors_, prefix + input);
    turn.set_op_type("Transpose");
    turn.set_name(unique_name(nodes_, prefix + "Transpose"));
    turn.add_input(tensor);
    turn.add_output(source);
    onnx::AttributeProto& perm = *turn.add_attribute();
    perm.set_name("perm");
    perm.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t axis : order) perm.add_ints(axis);
  }
  onnx::GraphProto& added = *part.model.mutable_graph();
  Names own_tensors;
  Names own_nodes;
  collect_tensors(added, own_tensors);
  collect_nodes(added, own_nodes);
  std::unordered_map<std::string, std::string> tensor_map;
  std::unordered_map<std::string, std::string> node_map;
  for (const std::string& name : own_tensors) {
    if (!name.empty()) tensor_map[name] = tensors_.contains(name) ? unique_name(tensors_, prefix + name) : name;
  }
  for (const std::string& name : own_nodes)
    node_map[name] = nodes_.contains(name) ? unique_name(nodes_, prefix + name) : name;
  for (const auto& entry : tensor_map) tensors_.insert(entry.second);
  for (const auto& entry : node_map) nodes_.insert(entry.second);
  tensor_map[input] = source;
  rename_all(
      added, [&](const std::string& name) { return tensor_map.at(name); },
      [&](const std::string& name) { return node_map.at(name); });
  for (auto& node : *added.mutable_node()) graph().add_node()->Swap(&node);
  for (auto& initializer : *added.mutable_initializer()) graph().add_initializer()->Swap(&initializer);
  graph().add_output()->Swap(added.mutable_output(0));
  part_.model.set_ir_version(std::max(part_.model.ir_version(), part.model.ir_version()));
}

TensorFacts Network::check_head(const Head& head) {
  const TensorFacts facts = facts_of(part_, head.tensor, shapes_);
  const Shape& shape = facts.type.shape;
  require(facts.type.dtype == DType::f32, ErrorCode::dtype, "{}: head '{}' is {}; class scores are f32", head.file,
          head.name, facts.type.str());
  require(shape.rank() == 2 && shape[0] == 1 && shape[1] >= 2, ErrorCode::shape,
          "{}: head '{}' is {}; class scores are [1,K], for one sample and two classes or more", head.file, head.name,
          facts.type.str());
  return facts;
}

}  // namespace exeunt
