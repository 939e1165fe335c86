#include <set>

#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// A window over the whole plane, if the reduction is a mean or maximum of exactly the axes behind the channels.
std::optional<ops::Pool> window_of(const ops::Reduce& reduce, const Shape& shape) {
  const bool mean = reduce.fn == ops::ReduceFn::ReduceMean;
  if (!mean && reduce.fn != ops::ReduceFn::ReduceMax) return std::nullopt;
  const int rank = shape.rank();
  if (rank < 3 || rank > 5 || shape.elements() == 0) return std::nullopt;
  std::set<int> axes;
  for (const std::int64_t axis : reduce.axes) axes.insert(normalize_axis(axis, rank));
  if (static_cast<int>(axes.size()) != rank - 2 || *axes.begin() != 2) return std::nullopt;
  const auto count = static_cast<std::size_t>(rank - 2);
  ops::Pool pool;
  pool.fn = mean ? ops::PoolFn::average : ops::PoolFn::max;
  for (int axis = 2; axis < rank; ++axis) pool.kernel.push_back(shape[axis]);
  pool.strides = ops::Ints(count, 1);
  pool.pads = ops::Ints(2 * count, 0);
  pool.dilations = ops::Ints(count, 1);
  return pool;
}

}  // namespace

int recognize_global_pool(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node node = graph.node(id);
    const auto* reduce = std::get_if<ops::Reduce>(&node.op);
    if (reduce == nullptr || !is_float(graph.type(node.output).dtype)) continue;
    const auto pool = window_of(*reduce, graph.type(node.inputs[0]).shape);
    if (!pool) continue;
    if (reduce->keepdims) {
      rewriter.replace_by_node(node, *pool, node.inputs);
      continue;
    }
    const ValueId pooled = graph.add_node(*pool, node.inputs, node.name);
    const auto dims = graph.type(node.output).shape.dims();
    rewriter.replace_by_node(node, ops::Reshape{ops::Ints(dims.begin(), dims.end())}, {pooled});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
