#include "graph/batch_rules.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace exeunt {

namespace {

using Kind = BatchState::Kind;

constexpr const char* kForeignIndices = "picks from one sample by another's indices";
constexpr const char* kApart = "combines values that hold the samples along different axes";

std::int64_t elements_before(const Shape& shape, int axis) {
  std::int64_t count = 1;
  for (int i = 0; i < axis; ++i) count *= shape[i];
  return count;
}

/// Ops whose rule knows what to do with one scalar a sample.
bool takes_scalars(const Op& op) {
  return std::visit(
      []<class T>(const T&) {
        return std::is_same_v<T, ops::Binary> || std::is_same_v<T, ops::Cast> || std::is_same_v<T, ops::Compare> ||
               std::is_same_v<T, ops::Expand> || std::is_same_v<T, ops::Reshape> || std::is_same_v<T, ops::Unary> ||
               std::is_same_v<T, ops::Where>;
      },
      op);
}

/// The batch axis of the result, op by op. Every rule answers for the batch that makes the operand's axis N times as
/// long.
class Rules {
 public:
  Rules(const Graph& graph, const Node& node, const std::vector<BatchState>& states, bool free_batch)
      : graph_(graph), node_(node), states_(states), free_batch_(free_batch) {}

  BatchVerdict operator()(const ops::Binary&) const { return elementwise(); }
  BatchVerdict operator()(const ops::Cast&) const { return elementwise(); }
  BatchVerdict operator()(const ops::Compare&) const { return elementwise(); }
  BatchVerdict operator()(const ops::Unary&) const { return elementwise(); }
  BatchVerdict operator()(const ops::Where&) const { return elementwise(); }

  BatchVerdict operator()(const ops::Quantize& op) const { return quantize(op.axis); }
  BatchVerdict operator()(const ops::Dequantize& op) const { return quantize(op.axis); }

  BatchVerdict operator()(const ops::QuantizedAdd&) const { return elementwise(); }
  BatchVerdict operator()(const ops::QuantizedConv&) const {
    if (holds(1) || holds(2) || holds(3)) return "takes its weights from the samples";
    if (holds(0) && place(0).axis != 0) return "convolves over the samples";
    if (holds(4) && (!holds(0) || place(4) != place(0))) return kApart;
    return place(0);
  }

  BatchVerdict operator()(const ops::Softmax& op) const { return along(op.axis, "sums over the samples"); }
  BatchVerdict operator()(const ops::LogSoftmax& op) const { return along(op.axis, "sums over the samples"); }
  BatchVerdict operator()(const ops::CumSum& op) const { return along(op.axis, "sums over the samples"); }
  BatchVerdict operator()(const ops::TopK& op) const { return along(op.axis, "sorts the samples"); }
  BatchVerdict operator()(const ops::Lrn&) const { return along(1, "takes the samples for channels"); }
  BatchVerdict operator()(const ops::BatchNorm&) const {
    if (!only_first()) return "takes its parameters from the samples";
    return along(1, "takes the samples for channels");
  }

  BatchVerdict operator()(const ops::ScaleShift&) const {
    if (!only_first()) return "takes its parameters from the samples";
    return along(1, "takes the samples for channels");
  }

  BatchVerdict operator()(const ops::LayerNorm& op) const {
    if (holds(0) && place(0).axis >= normalize_axis(op.axis, shape(0).rank())) return "normalises over the samples";
    return elementwise();
  }

  BatchVerdict operator()(const ops::Conv&) const { return convolution(); }
  BatchVerdict operator()(const ops::ConvTranspose&) const { return convolution(); }
  BatchVerdict operator()(const ops::Pool&) const {
    if (place(0).axis < 2) return place(0);
    return "pools over the samples";
  }
  BatchVerdict operator()(const ops::MaxPoolIndices&) const { return "counts its indices from the first sample on"; }

  BatchVerdict operator()(const ops::Gemm& op) const;
  BatchVerdict operator()(const ops::MatMul&) const;

  BatchVerdict operator()(const ops::Reduce& op) const {
    const int rank = shape(0).rank();
    const BatchPlace at = place(0);
    int before = 0;
    for (const std::int64_t axis : op.axes) {
      const int reduced = normalize_axis(axis, rank);
      if (reduced == at.axis) return "reduces over the samples";
      before += reduced < at.axis ? 1 : 0;
    }
    if (op.axes.empty()) return "reduces over the samples";
    return BatchPlace{op.keepdims ? at.axis : at.axis - before, at.outer};
  }

  BatchVerdict operator()(const ops::ArgReduce& op) const {
    const int axis = normalize_axis(op.axis, shape(0).rank());
    const BatchPlace at = place(0);
    if (axis == at.axis) return "reduces over the samples";
    return BatchPlace{!op.keepdims && axis < at.axis ? at.axis - 1 : at.axis, at.outer};
  }

  BatchVerdict operator()(const ops::Concat& op) const {
    const BatchVerdict verdict = elementwise();
    const auto* at = std::get_if<BatchPlace>(&verdict);
    if (at != nullptr && normalize_axis(op.axis, result().rank()) == at->axis) return "joins values along the samples";
    return verdict;
  }

  BatchVerdict operator()(const ops::Slice& op) const {
    const std::int64_t size = shape(0)[place(0).axis];
    const auto ranges = slice_ranges(op, shape(0));
    const auto& range = ranges[static_cast<std::size_t>(place(0).axis)];
    if (range.start != 0 || range.step != 1 || range.count != size) return "picks single samples";
    for (std::size_t i = 0; free_batch_ && i < op.axes.size(); ++i) {
      const bool over_samples = normalize_axis(op.axes[i], shape(0).rank()) == place(0).axis;
      if (over_samples && (op.starts[i] == -size || op.ends[i] == size)) return "picks single samples";
    }
    return place(0);
  }

  BatchVerdict operator()(const ops::Pad& op) const {
    const auto axis = static_cast<std::size_t>(place(0).axis);
    const auto rank = static_cast<std::size_t>(shape(0).rank());
    if (op.pads[axis] != 0 || op.pads[rank + axis] != 0) return "pads the samples with others";
    return place(0);
  }

  BatchVerdict operator()(const ops::Expand&) const { return elementwise(); }
  BatchVerdict operator()(const ops::Gather& op) const;
  BatchVerdict operator()(const ops::Reshape&) const;

  BatchVerdict operator()(const ops::Transpose& op) const {
    const auto found = std::ranges::find(op.perm, place(0).axis);
    return BatchPlace{static_cast<int>(found - op.perm.begin()), place(0).outer};
  }

  BatchVerdict operator()(const ops::Tile& op) const {
    const std::int64_t repeats = op.repeats[static_cast<std::size_t>(place(0).axis)];
    if (repeats != 1) return formatted("repeats the axis of the samples {} times", repeats);
    return place(0);
  }

  BatchVerdict operator()(const ops::Resize& op) const {
    const auto axis = static_cast<std::size_t>(place(0).axis);
    const bool cropped = op.coordinates == ops::ResizeCoordinates::tf_crop_and_resize && !op.roi.empty() &&
                         (op.roi[axis] != 0 || op.roi[op.roi.size() / 2 + axis] != 1);
    if (cropped || op.scales[axis] != 1 || op.sizes[axis] != shape(0)[place(0).axis]) return "resizes over the samples";
    return place(0);
  }

  BatchVerdict operator()(const ops::OneHot& op) const {
    if (holds(1)) return "takes its values from the samples";
    const BatchPlace at = place(0);
    return BatchPlace{normalize_axis(op.axis, result().rank()) <= at.axis ? at.axis + 1 : at.axis, at.outer};
  }

  BatchVerdict operator()(const ops::GatherElements& op) const { return indexed(op.axis, {0, 1}); }
  BatchVerdict operator()(const ops::ScatterElements& op) const { return indexed(op.axis, {1}); }
  BatchVerdict operator()(const ops::GatherND& op) const;
  BatchVerdict operator()(const ops::ScatterND&) const;

  /// A Shape counts the samples: BatchAxes sees to it.
  BatchVerdict operator()(const ops::ShapeOf&) const { return "counts the samples"; }

 private:
  bool holds(std::size_t i) const { return i < states_.size() && states_[i].kind == Kind::samples; }
  BatchPlace place(std::size_t i) const { return states_[i].place; }
  const Shape& shape(std::size_t i) const { return graph_.type(node_.inputs[i]).shape; }
  const Shape& result() const { return graph_.type(node_.output).shape; }

  /// Whether the first operand alone holds samples.
  bool only_first() const {
    for (std::size_t i = 1; i < states_.size(); ++i) {
      if (holds(i)) return false;
    }
    return holds(0);
  }

  /// Operands that are broadcast to the result.
  BatchVerdict elementwise() const {
    std::optional<BatchPlace> common;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!holds(i)) continue;
      BatchPlace at = place(i);
      if (at.axis < 0) {
        // A scalar a sample has the batch for its first axis: only other scalars go with that.
        if (result().rank() > 0) return "combines one number a sample with larger values";
      } else {
        const std::int64_t size = shape(i)[at.axis];
        at.axis += result().rank() - shape(i).rank();
        if (size != result()[at.axis] && !std::holds_alternative<ops::Concat>(node_.op))
          return formatted("repeats the axis of the samples {} times", result()[at.axis]);
      }
      if (common && *common != at) return kApart;
      common = at;
    }
    return *common;
  }

  BatchVerdict quantize(std::int64_t axis) const {
    if (!only_first()) return "takes its scale from the samples";
    const bool by_channel = shape(1).elements() > 1;
    if (by_channel && normalize_axis(axis, shape(0).rank()) == place(0).axis) return "has a scale for each sample";
    return place(0);
  }

  /// One operand, each slice along `axis` on its own.
  BatchVerdict along(std::int64_t axis, const char* reason) const {
    if (normalize_axis(axis, shape(0).rank()) == place(0).axis) return reason;
    return place(0);
  }

  BatchVerdict convolution() const {
    if (holds(1) || holds(2) || holds(4)) return "takes its weights from the samples";
    if (holds(0) && place(0).axis != 0) return "convolves over the samples";
    if (holds(3) && (!holds(0) || place(3) != place(0))) return kApart;
    return place(0);
  }

  /// Picking or updating along one axis by indices; each of `own` must hold samples.
  BatchVerdict indexed(std::int64_t axis, std::initializer_list<std::size_t> own) const {
    if (std::ranges::any_of(own, [&](std::size_t i) { return !holds(i); })) return kForeignIndices;
    if (normalize_axis(axis, result().rank()) == place(1).axis) return "picks single samples";
    return elementwise();
  }

  const Graph& graph_;
  const Node& node_;
  const std::vector<BatchState>& states_;
  bool free_batch_;
};

BatchVerdict Rules::operator()(const ops::Gemm& op) const {
  if (holds(0) && holds(1)) return kApart;
  BatchPlace at;
  if (holds(0) || holds(1)) {
    const std::size_t side = holds(0) ? 0 : 1;
    const int inner = side == 0 ? (op.trans_a ? 0 : 1) : (op.trans_b ? 1 : 0);
    if (place(side).axis == inner) return "sums over the samples";
    at = {static_cast<int>(side), place(side).outer};
  }
  if (!holds(2)) return at;
  const int c_axis = place(2).axis + 2 - shape(2).rank();
  if (shape(2)[place(2).axis] != result()[c_axis])
    return formatted("repeats the axis of the samples {} times", result()[c_axis]);
  if ((holds(0) || holds(1)) && at != BatchPlace{c_axis, place(2).outer}) return kApart;
  return BatchPlace{c_axis, place(2).outer};
}

BatchVerdict Rules::operator()(const ops::MatMul&) const {
  if (holds(2)) return "takes its bias from the samples";
  const int rank_a = shape(0).rank();
  const int rank_b = shape(1).rank();
  // Axes are counted as if both were matrices; a vector's missing one falls out of the result.
  const int rank = std::max({rank_a, rank_b, 2});
  std::optional<BatchPlace> common;
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    if (!holds(side)) continue;
    const int own_rank = shape(side).rank();
    BatchPlace at = place(side);
    if (at.axis == (own_rank == 1 ? 0 : own_rank - (side == 0 ? 1 : 2))) return "sums over the samples";
    const std::int64_t size = shape(side)[at.axis];
    at.axis += rank - own_rank;
    const bool is_batch_axis = at.axis < rank - 2;
    if (is_batch_axis && result()[at.axis] != size)
      return formatted("repeats the axis of the samples {} times", result()[at.axis]);
    if (common && (*common != at || !is_batch_axis)) return kApart;
    common = at;
  }
  // A vector on the left has no row axis in the result.
  if (rank_a == 1 && common && common->axis == rank - 1) --common->axis;
  if (holds(3) && (!common || place(3) != *common)) return kApart;
  return *common;
}

BatchVerdict Rules::operator()(const ops::Gather& op) const {
  if (holds(0) && holds(1)) return kForeignIndices;
  const int axis = normalize_axis(op.axis, shape(0).rank());
  if (holds(1)) return BatchPlace{axis + place(1).axis, place(1).outer};
  if (axis == place(0).axis) return "picks single samples";
  const int more = shape(1).rank() - 1;
  return BatchPlace{place(0).axis + (axis < place(0).axis ? more : 0), place(0).outer};
}

BatchVerdict Rules::operator()(const ops::GatherND& op) const {
  const int rank = shape(1).rank();
  if (!holds(0) && op.batch_dims == 0 && place(1).axis < rank - 1) return place(1);
  if (!holds(0) || !holds(1) || place(0) != place(1) || place(0).axis >= op.batch_dims) return kForeignIndices;
  return place(0);
}

BatchVerdict Rules::operator()(const ops::ScatterND&) const {
  const int rank = shape(1).rank();
  const auto named = static_cast<int>(shape(1)[rank - 1]);  // axes of the data that indices name
  if (!holds(0) || holds(1) || place(0).axis < named) return kForeignIndices;
  const BatchPlace update{place(0).axis - named + rank - 1, place(0).outer};
  if (holds(2) && place(2) != update) return kApart;
  return place(0);
}

BatchVerdict Rules::operator()(const ops::Reshape&) const {
  const BatchPlace from = place(0);
  const Shape& old_shape = shape(0);
  const Shape& to = result();
  if (to.rank() == 0) return BatchPlace{-1, 1};
  // The batch lies below `outer` elements in the row-major order, before and after.
  const std::int64_t outer = from.axis < 0 ? 1 : elements_before(old_shape, from.axis) * from.outer;
  if (outer == 0) return "reshapes an empty tensor";
  const auto is_pure = [&](int axis) {
    return axis >= 0 && axis < to.rank() && to[axis] == 1 && elements_before(to, axis) == outer;
  };
  if (is_pure(from.axis)) return BatchPlace{from.axis, 1};
  for (int axis = 0; axis < to.rank(); ++axis) {
    if (is_pure(axis)) return BatchPlace{axis, 1};
  }
  // Inside an axis: what lay behind the batch stays whole if it can, else the batch comes first in its axis.
  std::optional<BatchPlace> inside;
  for (int axis = 0; axis < to.rank(); ++axis) {
    const std::int64_t before = elements_before(to, axis);
    if (before == 0 || outer % before != 0 || to[axis] % std::max<std::int64_t>(outer / before, 1) != 0) continue;
    const BatchPlace at{axis, outer / before};
    const auto behind = to.dims().subspan(static_cast<std::size_t>(axis) + 1);
    const bool whole = from.axis >= 0 && to[axis] == at.outer &&
                       std::ranges::equal(behind, old_shape.dims().subspan(static_cast<std::size_t>(from.axis) + 1));
    if (whole) return at;
    if (!inside || at.outer == 1) inside = inside && inside->outer == 1 ? inside : at;
  }
  if (inside) return *inside;
  return formatted("reshapes {} to {}, which cuts across the samples", old_shape.str(), to.str());
}

}  // namespace

BatchVerdict follow_batch(const Graph& graph, const Node& node, const std::vector<BatchState>& states,
                          bool free_batch) {
  const bool scalar = std::ranges::any_of(
      states, [](const BatchState& state) { return state.kind == Kind::samples && state.place.axis < 0; });
  if (scalar && !takes_scalars(node.op)) return "needs an axis for the samples, of which each is one number here";
  return std::visit(Rules(graph, node, states, free_batch), node.op);
}

}  // namespace exeunt
