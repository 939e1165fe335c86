#include <algorithm>

#include "base/dtype.h"
#include "base/shape.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

Values convert_constant(NodeContext& node) {
  if (const auto* value = node.find("value")) return {node.add_constant(tensor_of_proto(value->t(), node.folder()))};
  if (const auto* value = node.find("value_float")) {
    return {node.add_constant(Tensor::of<float>(DType::f32, {}, std::vector{value->f()}))};
  }
  if (const auto* value = node.find("value_int")) {
    return {node.add_constant(Tensor::of<std::int64_t>(DType::i64, {}, std::vector{value->i()}))};
  }
  if (const auto* value = node.find("value_floats")) {
    const std::vector<float> list(value->floats().begin(), value->floats().end());
    return {node.add_constant(Tensor::of<float>(DType::f32, {value->floats_size()}, list))};
  }
  if (const auto* value = node.find("value_ints")) {
    const ops::Ints list(value->ints().begin(), value->ints().end());
    return {node.add_constant(Tensor::of<std::int64_t>(DType::i64, {value->ints_size()}, list))};
  }
  fail(ErrorCode::unsupported, "a constant that is neither a tensor nor numbers");
}

Values convert_constant_of_shape(NodeContext& node) {
  const Shape shape(node.constant_ints(0));
  Tensor element(TensorType{DType::f32, {1}});
  if (const auto* value = node.find("value")) element = tensor_of_proto(value->t(), node.folder());
  require(element.elements() == 1, ErrorCode::format, "the value has {} elements; one is needed", element.elements());
  Tensor tensor(TensorType{element.dtype(), shape});
  dispatch(element.dtype(),
           [&]<class T>(TypeTag<T>) { std::ranges::fill(tensor.mutable_span<T>(), element.span<T>()[0]); });
  return {node.add_constant(std::move(tensor))};
}

Values convert_shape(NodeContext& node) {
  const std::int64_t end = node.integer("end", Shape::kMaxRank);
  return {node.add(ops::ShapeOf{node.integer("start", 0), end}, {node.operand(0)})};
}

Values convert_reshape(NodeContext& node) {
  const Shape& x = node.shape(0);
  ops::Ints shape = node.constant_ints(1);
  const bool allow_zero = node.integer("allowzero", 0) != 0;
  std::int64_t known = 1;
  int open = -1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !allow_zero) {
      require(static_cast<int>(i) < x.rank(), ErrorCode::shape,
              "the 0 at place {} refers to an axis that {} does not have", i, x.str());
      shape[i] = x[static_cast<int>(i)];
    }
    require(shape[i] >= -1 && shape[i] <= kMaxTensorBytes, ErrorCode::shape, "dimension {}", shape[i]);
    if (shape[i] == -1) {
      require(open < 0, ErrorCode::shape, "two dimensions are -1");
      open = static_cast<int>(i);
    } else {
      require(shape[i] == 0 || known <= kMaxTensorBytes / shape[i], ErrorCode::shape, "the shape [{}] is too large",
              fmt::join(shape, ","));
      known *= shape[i];
    }
  }
  if (open >= 0) {
    require(known > 0 && x.elements() % known == 0, ErrorCode::shape, "{} does not fill the shape [{}]", x.str(),
            fmt::join(shape, ","));
    shape[static_cast<std::size_t>(open)] = x.elements() / known;
  }
  return {node.add(ops::Reshape{std::move(shape)}, {node.operand(0)})};
}

Values convert_flatten(NodeContext& node) {
  const Shape& x = node.shape(0);
  const std::int64_t attribute = node.integer("axis", 1);
  const std::int64_t axis = attribute < 0 ? attribute + x.rank() : attribute;
  require(axis >= 0 && axis <= x.rank(), ErrorCode::format, "axis {} is outside {}", attribute, x.str());
  Shape flat{1, 1};
  for (int a = 0; a < x.rank(); ++a) flat[a < axis ? 0 : 1] *= x[a];
  return {node.reshape(node.operand(0), flat)};
}

/// The axes operand (opset 13) or attribute (before), normalised for `rank`.
std::vector<bool> axis_flags(const NodeContext& node, int rank, bool* given) {
  const ops::Ints axes = node.has_operand(1) ? node.constant_ints(1) : node.integers("axes");
  *given = node.has_operand(1) || node.has_attribute("axes");
  std::vector<bool> flags(static_cast<std::size_t>(rank));
  for (const std::int64_t axis : axes) {
    const auto at = static_cast<std::size_t>(normalize_axis(axis, rank));
    require(!flags[at], ErrorCode::format, "axis {} is named twice", axis);
    flags[at] = true;
  }
  return flags;
}

Values convert_squeeze(NodeContext& node) {
  const Shape& x = node.shape(0);
  bool given = false;
  const std::vector<bool> drop = axis_flags(node, x.rank(), &given);
  std::vector<std::int64_t> dims;
  for (int a = 0; a < x.rank(); ++a) {
    const bool dropped = given ? drop[static_cast<std::size_t>(a)] : x[a] == 1;
    require(!dropped || x[a] == 1, ErrorCode::shape, "axis {} of {} is not 1", a, x.str());
    if (!dropped) dims.push_back(x[a]);
  }
  return {node.reshape(node.operand(0), Shape(dims))};
}

Values convert_unsqueeze(NodeContext& node) {
  const Shape& x = node.shape(0);
  const std::size_t added = node.has_operand(1) ? node.constant_ints(1).size() : node.integers("axes").size();
  require(added <= Shape::kMaxRank, ErrorCode::shape, "{} axes are added", added);
  const int rank = x.rank() + static_cast<int>(added);
  bool given = false;
  const std::vector<bool> add = axis_flags(node, rank, &given);
  std::vector<std::int64_t> dims;
  int from = 0;
  for (int a = 0; a < rank; ++a) dims.push_back(add[static_cast<std::size_t>(a)] ? 1 : x[from++]);
  return {node.reshape(node.operand(0), Shape(dims))};
}

Values convert_transpose(NodeContext& node) {
  ops::Ints reversed;
  for (int a = node.shape(0).rank() - 1; a >= 0; --a) reversed.push_back(a);
  return {node.add(ops::Transpose{node.integers("perm", reversed)}, {node.operand(0)})};
}

Values convert_expand(NodeContext& node) { return {node.add(ops::Expand{node.constant_ints(1)}, {node.operand(0)})}; }

Values convert_concat(NodeContext& node) {
  require(node.has_attribute("axis"), ErrorCode::format, "attribute 'axis' is missing");
  Values operands;
  for (std::size_t i = 0; i < node.operand_count(); ++i) operands.push_back(node.operand(i));
  return {node.add(ops::Concat{node.integer("axis", 0)}, std::move(operands))};
}

Values convert_slice(NodeContext& node) {
  ops::Slice slice{{}, node.constant_ints(1), node.constant_ints(2), {}};
  const std::size_t count = slice.starts.size();
  for (std::size_t i = 0; i < count; ++i) slice.axes.push_back(static_cast<std::int64_t>(i));
  if (node.has_operand(3)) slice.axes = node.constant_ints(3);
  slice.steps = node.has_operand(4) ? node.constant_ints(4) : ops::Ints(count, 1);
  return {node.add(std::move(slice), {node.operand(0)})};
}

Values convert_split(NodeContext& node) {
  const int axis = normalize_axis(node.integer("axis", 0), node.shape(0).rank());
  const std::int64_t size = node.shape(0)[axis];
  const auto count = static_cast<std::int64_t>(node.output_count());
  require(node.integer("num_outputs", count) == count, ErrorCode::format, "num_outputs is {}; the node has {} outputs",
          node.integer("num_outputs", count), count);
  ops::Ints sizes = node.has_operand(1) ? node.constant_ints(1) : node.integers("split");
  if (sizes.empty()) {
    // Equal parts, the last one smaller if they do not come out even (opset 18).
    const std::int64_t part = (size + count - 1) / std::max<std::int64_t>(count, 1);
    require(node.opset() >= 18 || part * count == size, ErrorCode::shape, "{} does not split into {} equal parts", size,
            count);
    for (std::int64_t i = 0; i < count; ++i) sizes.push_back(std::clamp<std::int64_t>(size - i * part, 0, part));
  }
  require(static_cast<std::int64_t>(sizes.size()) == count, ErrorCode::format, "{} sizes for {} outputs", sizes.size(),
          count);
  Values results;
  std::int64_t start = 0;
  for (const std::int64_t part : sizes) {
    require(part >= 0 && part <= size - start, ErrorCode::shape, "the parts do not add up to {}", size);
    results.push_back(node.add(ops::Slice{{axis}, {start}, {start + part}, {1}}, {node.operand(0)}));
    start += part;
  }
  require(start == size, ErrorCode::shape, "the parts do not add up to {}", size);
  return results;
}

Values convert_pad(NodeContext& node) {
  const auto rank = static_cast<std::size_t>(node.shape(0).rank());
  ops::Ints pads = node.constant_ints(1);
  if (node.has_operand(3)) {
    const ops::Ints axes = node.constant_ints(3);
    require(pads.size() == 2 * axes.size(), ErrorCode::format, "{} pads for {} axes", pads.size(), axes.size());
    ops::Ints all(2 * rank, 0);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const auto axis = static_cast<std::size_t>(normalize_axis(axes[i], static_cast<int>(rank)));
      all[axis] = pads[i];
      all[axis + rank] = pads[i + axes.size()];
    }
    pads = std::move(all);
  }
  const std::string mode = node.text("mode", "constant");
  const auto parsed = ops::parse_enum<ops::PadMode>(mode);
  require(parsed.has_value(), ErrorCode::unsupported, "mode '{}'", mode);
  const double value = node.has_operand(2) ? node.constant_number(2) : 0;
  return {node.add(ops::Pad{std::move(pads), *parsed, value}, {node.operand(0)})};
}

Values convert_gather(NodeContext& node) {
  return {node.add(ops::Gather{node.integer("axis", 0)}, {node.operand(0), node.operand(1)})};
}

constexpr ConverterRow kShapeRows[] = {
    {"Constant", convert_constant},
    {"ConstantOfShape", convert_constant_of_shape},
    {"Shape", convert_shape},
    {"Reshape", convert_reshape},
    {"Flatten", convert_flatten},
    {"Squeeze", convert_squeeze},
    {"Unsqueeze", convert_unsqueeze},
    {"Transpose", convert_transpose},
    {"Expand", convert_expand},
    {"Concat", convert_concat},
    {"Slice", convert_slice},
    {"Split", convert_split},
    {"Pad", convert_pad},
    {"Gather", convert_gather},
};

}  // namespace

std::span<const ConverterRow> shape_converters() { return kShapeRows; }

}  // namespace exeunt
