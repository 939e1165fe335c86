#include <algorithm>

#include "passes/passes.h"

namespace exeunt {

namespace {

template <class T>
T normal_window(T op, const Shape& x, const Shape& y) {
  for (std::size_t i = 0; i < op.kernel.size(); ++i) {
    if (op.kernel[i] == 1) op.dilations[i] = 1;
    // With a shorter stride a window of less than everything would stand in more than one place.
    const std::int64_t window = (op.kernel[i] - 1) * op.dilations[i] + 1;
    if (x[static_cast<int>(i) + 2] + op.pads[i] + op.pads[op.kernel.size() + i] == window) op.strides[i] = 1;
  }
  if (op.ceil_mode) {
    bool same = true;
    const std::size_t axes = op.kernel.size();
    for (std::size_t i = 0; i < axes; ++i) {
      const int axis = static_cast<int>(i) + 2;
      const std::int64_t window = (op.kernel[i] - 1) * op.dilations[i] + 1;
      const std::int64_t room = x[axis] + op.pads[i] + op.pads[axes + i] - window;
      same = same && room >= 0 && room / op.strides[i] + 1 == y[axis];
    }
    op.ceil_mode = !same;
  }
  return op;
}

Op normal_pool(ops::Pool op, const Shape& x, const Shape& y) {
  op = normal_window(std::move(op), x, y);
  const bool padded = std::ranges::any_of(op.pads, [](std::int64_t pad) { return pad != 0; });
  if (op.fn != ops::PoolFn::average || !padded) op.count_include_pad = false;
  if (op.fn != ops::PoolFn::lp) op.p = ops::Pool{}.p;
  return op;
}

}  // namespace

int canonical_pool(Graph& graph) {
  int rewrites = 0;
  for (Node& node : graph.nodes) {
    const Shape& y = graph.type(node.output).shape;
    Op normal = node.op;
    if (const auto* pool = std::get_if<ops::Pool>(&node.op)) {
      normal = normal_pool(*pool, graph.type(node.inputs[0]).shape, y);
    } else if (const auto* indices = std::get_if<ops::MaxPoolIndices>(&node.op)) {
      normal = normal_window(*indices, graph.type(node.inputs[0]).shape, y);
    }
    if (normal == node.op) continue;
    node.op = std::move(normal);
    ++rewrites;
  }
  return rewrites;
}

}  // namespace exeunt
