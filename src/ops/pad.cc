#include "ops/pad.h"

#include <algorithm>
#include <cstring>

namespace exeunt::ops {

namespace {

/// What negative padding leaves of an axis: it cuts first, then the modes repeat the rest.
struct Kept {
  std::int64_t first, size;
};

Kept kept_of(const Pad& op, int axis, const Shape& x) {
  const auto a = static_cast<std::size_t>(axis);
  const std::int64_t first = std::max<std::int64_t>(0, -op.pads[a]);
  const std::int64_t cut = std::max<std::int64_t>(0, -op.pads[a + static_cast<std::size_t>(x.rank())]);
  return {first, x[axis] - first - cut};
}

/// The position in an axis of `size` that padded position `at` shows, or -1 for the fill value.
std::int64_t source_of(PadMode mode, std::int64_t at, std::int64_t size) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case PadMode::constant:
      return -1;
    case PadMode::edge:
      return std::clamp<std::int64_t>(at, 0, size - 1);
    case PadMode::wrap:
      return ((at % size) + size) % size;
    case PadMode::reflect: {
      if (size == 1) return 0;
      const std::int64_t period = 2 * (size - 1);
      const std::int64_t r = ((at % period) + period) % period;
      return r < size ? r : period - r;
    }
  }
  return -1;
}

}  // namespace

TensorType infer(const Pad& op, Types in) {
  TensorType y = type_at(in, 0);
  const int rank = y.shape.rank();
  require(op.pads.size() == 2 * static_cast<std::size_t>(rank), ErrorCode::argument, "{} pads for a tensor of rank {}",
          op.pads.size(), rank);
  for (int a = 0; a < rank; ++a) {
    const std::int64_t begin = op.pads[static_cast<std::size_t>(a)];
    const std::int64_t end = op.pads[static_cast<std::size_t>(a + rank)];
    require(std::max(begin, end) < kMaxTensorBytes && std::min(begin, end) > -kMaxTensorBytes, ErrorCode::argument,
            "a padding of 2^31 or more");
    const Kept kept = kept_of(op, a, y.shape);
    require(op.mode == PadMode::constant || kept.size > 0 || (begin <= 0 && end <= 0), ErrorCode::shape,
            "mode {} cannot pad the empty axis {}", enum_name(op.mode), a);
    y.shape[a] += begin + end;
    require(y.shape[a] >= 0, ErrorCode::shape, "negative padding cuts off more than axis {} holds", a);
  }
  return y;
}

void reference(const Pad& op, Inputs in, Outputs out) {
  const Shape& from = in[0].shape();
  const Strides strides = contiguous_strides(from);
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::array<std::byte, 8> fill{};
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T value = convert<T>(op.value);
    std::memcpy(fill.data(), &value, sizeof(T));
  });
  std::byte* y = out[0].data;
  for (StridedLoop<1> loop(out[0].shape(), {Strides{}}); !loop.done(); loop.next(), y += size) {
    std::int64_t offset = 0;
    bool inside = true;
    for (int a = 0; a < from.rank() && inside; ++a) {
      const auto i = static_cast<std::size_t>(a);
      const Kept kept = kept_of(op, a, from);
      const std::int64_t at = source_of(op.mode, loop.index(a) - op.pads[i] - kept.first, kept.size);
      inside = at >= 0;
      offset += (kept.first + at) * strides[i];
    }
    std::memcpy(y, inside ? in[0].data + static_cast<std::size_t>(offset) * size : fill.data(), size);
  }
}

}  // namespace exeunt::ops
