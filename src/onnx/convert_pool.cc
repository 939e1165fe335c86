#include "onnx/read_window.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// MaxPool, AveragePool and LpPool by the begin of their name.
ops::PoolFn function_of(std::string_view op_type) {
  if (op_type.starts_with("Max")) return ops::PoolFn::max;
  return op_type.starts_with("Lp") ? ops::PoolFn::lp : ops::PoolFn::average;
}

Values convert_pool(NodeContext& node) {
  require(node.has_attribute("kernel_shape"), ErrorCode::format, "attribute 'kernel_shape' is missing");
  const ops::Window w = read_window(node, node.shape(0), node.integers("kernel_shape"));
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  ops::Pool pool{function_of(node.op_type()), w.kernel, w.strides, w.pads, w.dilations, ceil_mode};
  pool.count_include_pad = node.integer("count_include_pad", 0) != 0;
  if (pool.fn == ops::PoolFn::lp) pool.p = node.integer("p", 2);
  Values results = {node.add(pool, {node.operand(0)})};
  if (node.has_output(1)) {
    const bool column_major = node.integer("storage_order", 0) != 0;
    results.push_back(node.add(ops::MaxPoolIndices{w.kernel, w.strides, w.pads, w.dilations, ceil_mode, column_major},
                               {node.operand(0)}));
  }
  return results;
}

/// A window of the whole input.
Values convert_global_pool(NodeContext& node) {
  const Shape& x = node.shape(0);
  require(x.rank() >= 3, ErrorCode::shape, "x is {}; a spatial axis is needed", x.str());
  const ops::Ints kernel(x.begin() + 2, x.end());
  const std::size_t count = kernel.size();
  const auto fn = function_of(std::string_view(node.op_type()).substr(std::string_view("Global").size()));
  ops::Pool pool{fn, kernel, ops::Ints(count, 1), ops::Ints(2 * count, 0), ops::Ints(count, 1)};
  if (fn == ops::PoolFn::lp) pool.p = node.integer("p", 2);
  return {node.add(pool, {node.operand(0)})};
}

constexpr ConverterRow kPoolRows[] = {
    {"AveragePool", convert_pool},
    {"LpPool", convert_pool},
    {"MaxPool", convert_pool},
    {"GlobalAveragePool", convert_global_pool},
    {"GlobalLpPool", convert_global_pool},
    {"GlobalMaxPool", convert_global_pool},
};

}  // namespace

std::span<const ConverterRow> pool_converters() { return kPoolRows; }

}  // namespace exeunt
