#include "base/shape.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// Strides, dilations and pads of a node with `kernel`, auto_pad resolved for the input's size.
ops::Window read_window(const NodeContext& node, const Shape& x, ops::Ints kernel) {
  const std::size_t count = kernel.size();
  require(x.rank() >= 3 && static_cast<std::size_t>(x.rank() - 2) == count, ErrorCode::shape,
          "x is {}; a window of {} axes does not fit", x.str(), count);
  ops::Window w{std::move(kernel), node.integers("strides", ops::Ints(count, 1)),
                node.integers("pads", ops::Ints(2 * count, 0)), node.integers("dilations", ops::Ints(count, 1))};
  require(w.strides.size() == count && w.dilations.size() == count && w.pads.size() == 2 * count, ErrorCode::format,
          "strides, dilations or pads do not fit a window of {} axes", count);
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") return w;
  w.pads.assign(2 * count, 0);
  if (auto_pad == "VALID") return w;
  require(auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER", ErrorCode::format, "auto_pad is '{}'", auto_pad);
  for (std::size_t a = 0; a < count; ++a) {
    const std::int64_t size = x[static_cast<int>(a) + 2];
    require(w.strides[a] > 0, ErrorCode::format, "stride {}", w.strides[a]);
    const std::int64_t out = (size + w.strides[a] - 1) / w.strides[a];
    const std::int64_t span = (w.kernel[a] - 1) * w.dilations[a] + 1;
    const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * w.strides[a] + span - size);
    const std::int64_t more = total - total / 2;
    w.pads[a] = auto_pad == "SAME_UPPER" ? total / 2 : more;
    w.pads[a + count] = total - w.pads[a];
  }
  return w;
}

Values convert_conv(NodeContext& node) {
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return {node.add(conv_of(node, node.shape(0), node.shape(1)), std::move(operands))};
}

Values convert_pool(NodeContext& node) {
  require(!node.has_output(1), ErrorCode::unsupported, "the indices (second output) are used");
  require(node.integer("storage_order", 0) == 0, ErrorCode::unsupported, "storage_order 1");
  require(node.has_attribute("kernel_shape"), ErrorCode::format, "attribute 'kernel_shape' is missing");
  const ops::Window w = read_window(node, node.shape(0), node.integers("kernel_shape"));
  const auto fn = node.op_type() == "MaxPool" ? ops::PoolFn::max : ops::PoolFn::average;
  return {node.add(ops::Pool{fn, w.kernel, w.strides, w.pads, w.dilations, node.integer("ceil_mode", 0) != 0,
                             node.integer("count_include_pad", 0) != 0},
                   {node.operand(0)})};
}

Values convert_global_pool(NodeContext& node) {
  const Shape& x = node.shape(0);
  require(x.rank() >= 3, ErrorCode::shape, "x is {}; a spatial axis is needed", x.str());
  const ops::Ints kernel(x.begin() + 2, x.end());
  const std::size_t count = kernel.size();
  const auto fn = node.op_type() == "GlobalMaxPool" ? ops::PoolFn::max : ops::PoolFn::average;
  return {
      node.add(ops::Pool{fn, kernel, ops::Ints(count, 1), ops::Ints(2 * count, 0), ops::Ints(count, 1), false, false},
               {node.operand(0)})};
}

Values convert_batch_norm(NodeContext& node) {
  require(node.integer("training_mode", 0) == 0 && !node.has_output(1), ErrorCode::unsupported,
          "training mode; export the model for inference");
  require(node.integer("spatial", 1) == 1, ErrorCode::unsupported, "spatial 0");
  return {node.add(ops::BatchNorm{node.number("epsilon", 1e-5)},
                   {node.operand(0), node.operand(1), node.operand(2), node.operand(3), node.operand(4)})};
}

Values convert_gemm(NodeContext& node) {
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return {node.add(ops::Gemm{node.integer("transA", 0) != 0, node.integer("transB", 0) != 0, node.number("alpha", 1),
                             node.number("beta", 1), ops::Activation::none},
                   std::move(operands))};
}

Values convert_matmul(NodeContext& node) { return {node.add(ops::MatMul{}, {node.operand(0), node.operand(1)})}; }

Values convert_softmax(NodeContext& node) {
  const Shape x = node.shape(0);
  if (node.opset() >= 13) return {node.add(ops::Softmax{node.integer("axis", -1)}, {node.operand(0)})};
  // Before opset 13 all axes from `axis` on are one.
  const int axis = normalize_axis(node.integer("axis", 1), x.rank());
  if (axis == x.rank() - 1) return {node.add(ops::Softmax{-1}, {node.operand(0)})};
  Shape flat{1, 1};
  for (int a = 0; a < x.rank(); ++a) flat[a < axis ? 0 : 1] *= x[a];
  return {node.reshape(node.add(ops::Softmax{-1}, {node.reshape(node.operand(0), flat)}), x)};
}

constexpr ConverterRow kRows[] = {
    {"Conv", convert_conv},
    {"MaxPool", convert_pool},
    {"AveragePool", convert_pool},
    {"GlobalMaxPool", convert_global_pool},
    {"GlobalAveragePool", convert_global_pool},
    {"BatchNormalization", convert_batch_norm},
    {"Gemm", convert_gemm},
    {"MatMul", convert_matmul},
    {"Softmax", convert_softmax},
};

}  // namespace

ops::Conv conv_of(const NodeContext& node, const Shape& x, const Shape& w) {
  require(w.rank() >= 3, ErrorCode::shape, "w is {}; at least one spatial axis is needed", w.str());
  const ops::Ints kernel(w.begin() + 2, w.end());
  require(node.integers("kernel_shape", kernel) == kernel, ErrorCode::format, "kernel_shape does not match w {}",
          w.str());
  const ops::Window window = read_window(node, x, kernel);
  return {window.strides, window.pads, window.dilations, node.integer("group", 1), ops::Activation::none};
}

std::span<const ConverterRow> network_converters() { return kRows; }

}  // namespace exeunt
