#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

using Ranges = std::array<ops::SliceRange, Shape::kMaxRank>;

Ranges ranges_of(const ops::Slice& slice, const Shape& x) {
  Ranges ranges = slice_ranges(slice, x);
  for (ops::SliceRange& range : ranges) {
    if (range.count == 0) range = {0, 1, 0};
    if (range.count == 1) range.step = 1;
  }
  return ranges;
}

/// The elements `outer` takes of those that `inner` takes.
ops::SliceRange composed_range(const ops::SliceRange& inner, const ops::SliceRange& outer) {
  if (outer.count == 0) return {0, 1, 0};
  return {inner.start + outer.start * inner.step, outer.count == 1 ? 1 : inner.step * outer.step, outer.count};
}

/// Bounds inside the tensor, and only of axes that lose elements or turn round, in the order of the axes.
ops::Slice slice_of(const Ranges& ranges, const Shape& x) {
  ops::Slice slice;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const ops::SliceRange& range = ranges[static_cast<std::size_t>(axis)];
    if (range.start == 0 && range.step == 1 && range.count == x[axis]) continue;
    const std::int64_t last = range.start + (range.count - 1) * range.step;
    // Before the first element: a negative end, beyond what counts from the back.
    const std::int64_t end = range.count == 0 ? 0 : range.step > 0 ? last + 1 : last == 0 ? -x[axis] - 1 : last - 1;
    slice.axes.push_back(axis);
    slice.starts.push_back(range.start);
    slice.ends.push_back(end);
    slice.steps.push_back(range.step);
  }
  return slice;
}

}  // namespace

int merge_slices(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    const auto* slice = std::get_if<ops::Slice>(&node.op);
    if (slice == nullptr || !rewriter.is_used(node.output)) continue;
    ValueId x = node.inputs[0];
    Ranges ranges = ranges_of(*slice, graph.type(x).shape);
    const Node* before = graph.producer(x);
    const auto* inner = before == nullptr ? nullptr : std::get_if<ops::Slice>(&before->op);
    if (inner != nullptr) {
      x = before->inputs[0];
      const Ranges first = ranges_of(*inner, graph.type(x).shape);
      for (std::size_t axis = 0; axis < ranges.size(); ++axis) ranges[axis] = composed_range(first[axis], ranges[axis]);
    }
    const ops::Slice normal = slice_of(ranges, graph.type(x).shape);
    if (inner == nullptr && normal == *slice) continue;
    rewriter.replace_by_node(node, normal, {x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
