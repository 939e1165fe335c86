#include "base/shape.h"
#include "onnx/node_context.h"
#include "onnx/read_window.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// ONNX has one type for both, where our operations take weights of 16 bits beside f32.
void require_one_dtype(const NodeContext& node) { ops::require_same_dtype(node.type(0), node.type(1)); }

Values convert_conv(NodeContext& node) {
  require_one_dtype(node);
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return {node.add(conv_of(node, node.shape(0), node.shape(1)), std::move(operands))};
}

/// The pads and output_padding that make the output as large as the file wants it.
struct Transposed {
  ops::Window window;
  ops::Ints output_padding;
};

Transposed read_transposed(const NodeContext& node, const Shape& x, const ops::Ints& kernel) {
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  // Read before the braces, as in conv_of.
  ops::Ints output_padding = node.integers("output_padding", ops::Ints(kernel.size(), 0));
  Transposed t{read_window(node, x, kernel), std::move(output_padding)};
  require(t.output_padding.size() == kernel.size(), ErrorCode::format,
          "output_padding does not fit a window of {} axes", kernel.size());
  ops::Ints wanted = node.integers("output_shape");
  // Some exporters write batch and channels as well.
  if (wanted.size() == kernel.size() + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  require(wanted.empty() || wanted.size() == kernel.size(), ErrorCode::format, "output_shape has {} axes",
          wanted.size());
  if (wanted.empty() && !same) return t;
  for (std::size_t a = 0; a < kernel.size(); ++a) {
    const std::int64_t size = x[static_cast<int>(a) + 2];
    const std::int64_t stride = t.window.strides[a];
    const std::int64_t full =
        ops::transposed_output(size, kernel[a], stride, 0, 0, t.window.dilations[a], t.output_padding[a]);
    const std::int64_t total = full - (wanted.empty() ? size * stride : wanted[a]);
    t.window.pads[a] = t.window.pads[a + kernel.size()] = 0;
    // A stride longer than the window leaves places at the end that nothing reaches.
    if (total < 0) t.output_padding[a] -= total;
    if (total <= 0) continue;
    t.window.pads[a] = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    t.window.pads[a + kernel.size()] = total - t.window.pads[a];
  }
  return t;
}

Values convert_conv_transpose(NodeContext& node) {
  const Shape& w = node.shape(1);
  require(w.rank() >= 3, ErrorCode::shape, "w is {}; at least one spatial axis is needed", w.str());
  const ops::Ints kernel(w.begin() + 2, w.end());
  require(node.integers("kernel_shape", kernel) == kernel, ErrorCode::format, "kernel_shape does not match w {}",
          w.str());
  Transposed t = read_transposed(node, node.shape(0), kernel);
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  // Read before the braces, as in conv_of.
  const std::int64_t group = node.integer("group", 1);
  return {node.add(ops::ConvTranspose{t.window.strides, t.window.pads, t.window.dilations, t.output_padding, group},
                   std::move(operands))};
}

Values convert_gemm(NodeContext& node) {
  require_one_dtype(node);
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return {node.add(ops::Gemm{node.integer("transA", 0) != 0, node.integer("transB", 0) != 0, node.number("alpha", 1),
                             node.number("beta", 1), ops::Activation::none},
                   std::move(operands))};
}

Values convert_matmul(NodeContext& node) { return {node.add(ops::MatMul{}, {node.operand(0), node.operand(1)})}; }

/// The result of `apply(value, axis)` along the node's axis. Before opset 13 all axes from `axis` on are one.
template <class F>
Values along_axis(NodeContext& node, F&& apply) {
  if (node.opset() >= 13) return {apply(node.operand(0), node.integer("axis", -1))};
  const Shape x = node.shape(0);
  const int axis = normalize_axis(node.integer("axis", 1), x.rank());
  if (axis == x.rank() - 1) return {apply(node.operand(0), -1)};
  Shape flat{1, 1};
  for (int a = 0; a < x.rank(); ++a) flat[a < axis ? 0 : 1] *= x[a];
  return {node.reshape(apply(node.reshape(node.operand(0), flat), -1), x)};
}

Values convert_softmax(NodeContext& node) {
  return along_axis(node, [&](ValueId x, std::int64_t axis) { return node.add(ops::Softmax{axis}, {x}); });
}

Values convert_log_softmax(NodeContext& node) {
  return along_axis(node, [&](ValueId x, std::int64_t axis) { return node.add(ops::LogSoftmax{axis}, {x}); });
}

/// 1 where the index along the axis is that of the first largest element.
Values convert_hardmax(NodeContext& node) {
  return along_axis(node, [&](ValueId x, std::int64_t given) {
    const TensorType type = node.graph().type(x);
    const int axis = normalize_axis(given, type.shape.rank());
    ops::Ints dims(static_cast<std::size_t>(type.shape.rank()), 1);
    dims[static_cast<std::size_t>(axis)] = type.shape[axis];
    Tensor places(TensorType{DType::i64, Shape(dims)});
    std::int64_t next = 0;
    for (std::int64_t& place : places.mutable_span<std::int64_t>()) place = next++;
    const ValueId best = node.add(ops::ArgReduce{ops::ArgReduceFn::ArgMax, axis, true, false}, {x});
    const ValueId here = node.add(ops::Compare{ops::CompareFn::Equal}, {best, node.add_constant(std::move(places))});
    return node.add(ops::Cast{type.dtype}, {here});
  });
}

constexpr ConverterRow kNetworkRows[] = {
    {"Conv", convert_conv},       {"ConvTranspose", convert_conv_transpose},
    {"Gemm", convert_gemm},       {"MatMul", convert_matmul},
    {"Softmax", convert_softmax}, {"LogSoftmax", convert_log_softmax},
    {"Hardmax", convert_hardmax},
};

}  // namespace

ops::Conv conv_of(const NodeContext& node, const Shape& x, const Shape& w) {
  require(w.rank() >= 3, ErrorCode::shape, "w is {}; at least one spatial axis is needed", w.str());
  const ops::Ints kernel(w.begin() + 2, w.end());
  require(node.integers("kernel_shape", kernel) == kernel, ErrorCode::format, "kernel_shape does not match w {}",
          w.str());
  const ops::Window window = read_window(node, x, kernel);
  // Read before the braces: where the last member of such a list throws, GCC 12 at -O3 destroys members not yet made.
  const std::int64_t group = node.integer("group", 1);
  return {window.strides, window.pads, window.dilations, group, ops::Activation::none};
}

std::span<const ConverterRow> network_converters() { return kNetworkRows; }

}  // namespace exeunt
