#include "onnx/node_context.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// Reduces every element by itself: nothing happens, or what the function does beside combining elements does, over
/// an axis of 1 that is put behind the others.
Values reduce_nothing(NodeContext& node, ops::ReduceFn fn) {
  if (fn == ops::ReduceFn::ReduceMax || fn == ops::ReduceFn::ReduceMean || fn == ops::ReduceFn::ReduceMin ||
      fn == ops::ReduceFn::ReduceProd || fn == ops::ReduceFn::ReduceSum) {
    return {node.operand(0)};
  }
  const Shape& x = node.shape(0);
  ops::Ints dims(x.begin(), x.end());
  dims.push_back(1);
  return {node.add(ops::Reduce{fn, {-1}, false}, {node.reshape(node.operand(0), Shape(dims))})};
}

Values convert_reduce(NodeContext& node) {
  // The axes became an operand in opset 13 (ReduceSum) and 18 (the others).
  ops::Ints axes = node.has_operand(1) ? node.constant_ints(1) : node.integers("axes");
  const auto fn = *ops::parse_enum<ops::ReduceFn>(node.op_type());
  if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) return reduce_nothing(node, fn);
  // Read before the braces: where the last member of such a list throws, GCC 12 at -O3 destroys members not yet made.
  const bool keepdims = node.integer("keepdims", 1) != 0;
  return {node.add(ops::Reduce{fn, std::move(axes), keepdims}, {node.operand(0)})};
}

Values convert_arg_reduce(NodeContext& node) {
  const auto fn = *ops::parse_enum<ops::ArgReduceFn>(node.op_type());
  return {node.add(ops::ArgReduce{fn, node.integer("axis", 0), node.integer("keepdims", 1) != 0,
                                  node.integer("select_last_index", 0) != 0},
                   {node.operand(0)})};
}

Values convert_cum_sum(NodeContext& node) {
  const ops::Ints axis = node.constant_ints(1);
  require(axis.size() == 1, ErrorCode::shape, "{} axes; one is needed", axis.size());
  return {node.add(ops::CumSum{axis[0], node.integer("exclusive", 0) != 0, node.integer("reverse", 0) != 0},
                   {node.operand(0)})};
}

constexpr ConverterRow kReduceRows[] = {
    {"ArgMax", convert_arg_reduce},      {"ArgMin", convert_arg_reduce}, {"CumSum", convert_cum_sum},
    {"ReduceL1", convert_reduce},        {"ReduceL2", convert_reduce},   {"ReduceLogSum", convert_reduce},
    {"ReduceLogSumExp", convert_reduce}, {"ReduceMax", convert_reduce},  {"ReduceMean", convert_reduce},
    {"ReduceMin", convert_reduce},       {"ReduceProd", convert_reduce}, {"ReduceSum", convert_reduce},
    {"ReduceSumSquare", convert_reduce},
};

}  // namespace

std::span<const ConverterRow> reduce_converters() { return kReduceRows; }

}  // namespace exeunt
