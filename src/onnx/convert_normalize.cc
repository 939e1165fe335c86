#include "base/shape.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

Values convert_batch_norm(NodeContext& node) {
  require(node.integer("training_mode", 0) == 0 && !node.has_output(1), ErrorCode::unsupported,
          "training mode; export the model for inference");
  require(node.integer("spatial", 1) == 1, ErrorCode::unsupported, "spatial 0");
  return {node.add(ops::BatchNorm{node.number("epsilon", 1e-5)},
                   {node.operand(0), node.operand(1), node.operand(2), node.operand(3), node.operand(4)})};
}

Values convert_lrn(NodeContext& node) {
  require(node.has_attribute("size"), ErrorCode::format, "attribute 'size' is missing");
  return {node.add(
      ops::Lrn{node.integer("size", 1), node.number("alpha", 1e-4), node.number("beta", 0.75), node.number("bias", 1)},
      {node.operand(0)})};
}

/// Operand `i`, which has an element for each of `count` places, with ones behind its only axis up to `rank` axes.
ValueId along_first_axis(NodeContext& node, std::size_t i, std::int64_t count, int rank) {
  const Shape& given = node.shape(i);
  require(given == Shape{count}, ErrorCode::shape, "operand {} is {}; [{}] is needed", i, given.str(), count);
  ops::Ints dims(static_cast<std::size_t>(rank), 1);
  dims[0] = count;
  return node.reshape(node.operand(i), Shape(dims));
}

Values convert_instance_norm(NodeContext& node) {
  const Shape x = node.shape(0);
  require(x.rank() >= 3, ErrorCode::shape, "x is {}; a spatial axis is needed", x.str());
  const ValueId scale = along_first_axis(node, 1, x[1], x.rank() - 1);
  const ValueId bias = along_first_axis(node, 2, x[1], x.rank() - 1);
  return {node.add(ops::LayerNorm{2, node.number("epsilon", 1e-5), true}, {node.operand(0), scale, bias})};
}

/// Groups of channels are normalised as the rows of x seen as [N, groups, channels of a group, elements].
Values convert_group_norm(NodeContext& node) {
  const Shape x = node.shape(0);
  require(x.rank() >= 2, ErrorCode::shape, "x is {}; a channel axis is needed", x.str());
  const std::int64_t groups = node.integer("num_groups", 0);
  require(groups > 0 && x[1] % groups == 0, ErrorCode::shape, "{} groups of {} channels", groups, x[1]);
  const std::int64_t channels = x[1] / groups;
  std::int64_t elements = 1;
  for (int a = 2; a < x.rank(); ++a) elements *= x[a];
  const auto parameter = [&](std::size_t i) {
    // Opset 18 has one for each group, later ones for each channel.
    if (node.opset() < 21) return along_first_axis(node, i, groups, 3);
    require(node.shape(i) == Shape{x[1]}, ErrorCode::shape, "operand {} is {}; [{}] is needed", i, node.shape(i).str(),
            x[1]);
    return node.reshape(node.operand(i), {groups, channels, 1});
  };
  const ValueId scale = parameter(1);
  const ValueId bias = parameter(2);
  const ValueId grouped = node.reshape(node.operand(0), {x[0], groups, channels, elements});
  const ops::LayerNorm norm{2, node.number("epsilon", 1e-5), true};
  return {node.reshape(node.add(norm, {grouped, scale, bias}), x)};
}

/// Mean and 1 / sqrt(variance + epsilon) of a LayerNormalization, in the type that stash_type names.
Values statistics(NodeContext& node, std::int64_t axis, double epsilon) {
  const DType wide = node.type(0).dtype == DType::f64 ? DType::f64 : DType::f32;
  const DType stash = dtype_of_onnx(node.integer("stash_type", 1));
  ops::Ints axes;
  for (std::int64_t a = axis; a < node.shape(0).rank(); ++a) axes.push_back(a);
  const ops::Reduce average{ops::ReduceFn::ReduceMean, axes, true};
  const ValueId x = node.add(ops::Cast{wide}, {node.operand(0)});
  const ValueId mean = node.add(average, {x});
  const ValueId centred = node.add(ops::Binary{ops::BinaryFn::Sub}, {x, mean});
  const ValueId variance = node.add(average, {node.add(ops::Binary{ops::BinaryFn::Mul}, {centred, centred})});
  const ValueId shifted = node.add(ops::Binary{ops::BinaryFn::Add}, {variance, node.add_scalar(wide, epsilon)});
  const ValueId deviation = node.add(ops::Unary{ops::UnaryFn::Sqrt}, {shifted});
  const ValueId inverse = node.add(ops::Unary{ops::UnaryFn::Reciprocal}, {deviation});
  return {node.add(ops::Cast{stash}, {mean}), node.add(ops::Cast{stash}, {inverse})};
}

/// LayerNormalization and RMSNormalization. stash_type asks for at least that precision: the op has more.
Values convert_layer_norm(NodeContext& node) {
  const int axis = normalize_axis(node.integer("axis", -1), node.shape(0).rank());
  const double epsilon = node.number("epsilon", 1e-5);
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  const bool center = node.op_type() == "LayerNormalization";
  Values results = {node.add(ops::LayerNorm{axis, epsilon, center}, std::move(operands))};
  if (node.has_output(1) || node.has_output(2)) {
    for (const ValueId v : statistics(node, axis, epsilon)) results.push_back(v);
  }
  return results;
}

constexpr ConverterRow kNormalizeRows[] = {
    {"BatchNormalization", convert_batch_norm},
    {"GroupNormalization", convert_group_norm},
    {"InstanceNormalization", convert_instance_norm},
    {"LayerNormalization", convert_layer_norm},
    {"LRN", convert_lrn},
    {"RMSNormalization", convert_layer_norm},
};

}  // namespace

std::span<const ConverterRow> normalize_converters() { return kNormalizeRows; }

}  // namespace exeunt
