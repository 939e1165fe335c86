#include <algorithm>
#include <numeric>

#include "passes/passes.h"

namespace exeunt {

namespace {

/// The same op with its axes counted from the front and listed once, in order; empty in a Reduce means all.
class NormalAxes {
 public:
  NormalAxes(const Graph& graph, const Node& node)
      : graph_(graph), node_(node), rank_(graph.type(node.inputs[0]).shape.rank()) {}

  template <class T>
  Op operator()(T op) const {
    set_axis(op);
    return op;
  }

  Op operator()(ops::Reduce op) const {
    for (std::int64_t& axis : op.axes) axis = normalize_axis(axis, rank_);
    std::ranges::sort(op.axes);
    op.axes.erase(std::unique(op.axes.begin(), op.axes.end()), op.axes.end());
    if (op.axes.size() == static_cast<std::size_t>(rank_)) op.axes.clear();
    return op;
  }

  Op operator()(ops::Quantize op) const { return scaled(op); }
  Op operator()(ops::Dequantize op) const { return scaled(op); }

 private:
  template <class T>
  void set_axis(T& op) const {
    if constexpr (requires { op.axis; }) {
      // A new axis is counted among those of the result.
      constexpr bool adds_axis = std::is_same_v<T, ops::OneHot>;
      if (rank_ > 0) op.axis = normalize_axis(op.axis, adds_axis ? rank_ + 1 : rank_);
    }
  }

  /// One scale for all elements: the axis means nothing.
  template <class T>
  Op scaled(T op) const {
    if (graph_.type(node_.inputs[1]).shape.elements() == 1) {
      op.axis = T{}.axis;
    } else {
      set_axis(op);
    }
    return op;
  }

  const Graph& graph_;
  const Node& node_;
  int rank_;
};

}  // namespace

int canonical_axes(Graph& graph) {
  int rewrites = 0;
  for (Node& node : graph.nodes) {
    if (node.inputs.empty() || node.inputs[0] == kNoValue) continue;
    Op normal = std::visit(NormalAxes(graph, node), node.op);
    if (normal == node.op) continue;
    node.op = std::move(normal);
    ++rewrites;
  }
  return rewrites;
}

}  // namespace exeunt
