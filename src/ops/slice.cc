#include "ops/slice.h"

#include <algorithm>
#include <cstring>

namespace exeunt::ops {

namespace {

SliceRange resolve(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t size) {
  require(step != 0, ErrorCode::argument, "a step of 0");
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? size : size - 1;
  // Clamped before adding the size, so that the extremes of int64 cannot overflow.
  const auto place = [&](std::int64_t at) {
    at = std::clamp(at, -size - 1, size);
    return std::clamp(at < 0 ? at + size : at, lowest, highest);
  };
  const SliceRange range{place(start), step, 0};
  const std::int64_t span = step > 0 ? place(end) - range.start : range.start - place(end);
  if (span <= 0) return range;
  const std::uint64_t stride =
      step > 0 ? static_cast<std::uint64_t>(step) : std::uint64_t{0} - static_cast<std::uint64_t>(step);
  return {range.start, step, static_cast<std::int64_t>((static_cast<std::uint64_t>(span) - 1) / stride) + 1};
}

}  // namespace

std::array<SliceRange, Shape::kMaxRank> slice_ranges(const Slice& op, const Shape& shape) {
  require(op.axes.size() == op.starts.size() && op.axes.size() == op.ends.size() && op.axes.size() == op.steps.size(),
          ErrorCode::argument, "axes, starts, ends and steps differ in length");
  std::array<SliceRange, Shape::kMaxRank> ranges{};
  for (int a = 0; a < shape.rank(); ++a) ranges[static_cast<std::size_t>(a)].count = shape[a];
  for (std::size_t i = 0; i < op.axes.size(); ++i) {
    const int axis = normalize_axis(op.axes[i], shape.rank());
    ranges[static_cast<std::size_t>(axis)] = resolve(op.starts[i], op.ends[i], op.steps[i], shape[axis]);
  }
  return ranges;
}

TensorType infer(const Slice& op, Types in) {
  TensorType y = type_at(in, 0);
  const auto ranges = slice_ranges(op, y.shape);
  for (int a = 0; a < y.shape.rank(); ++a) y.shape[a] = ranges[static_cast<std::size_t>(a)].count;
  return y;
}

void reference(const Slice& op, Inputs in, Outputs out) {
  const Shape& from = in[0].shape();
  const auto ranges = slice_ranges(op, from);
  Strides strides = contiguous_strides(from);
  std::int64_t base = 0;
  for (int a = 0; a < from.rank(); ++a) {
    const auto i = static_cast<std::size_t>(a);
    base += ranges[i].start * strides[i];
    strides[i] *= ranges[i].count > 1 ? ranges[i].step : 0;
  }
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::byte* y = out[0].data;
  for (StridedLoop<1> loop(out[0].shape(), {strides}); !loop.done(); loop.next(), y += size) {
    std::memcpy(y, in[0].data + static_cast<std::size_t>(base + loop.offset(0)) * size, size);
  }
}

}  // namespace exeunt::ops
