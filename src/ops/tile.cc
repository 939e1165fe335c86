#include "ops/tile.h"

#include <cstring>

namespace exeunt::ops {

TensorType infer(const Tile& op, Types in) {
  TensorType y = type_at(in, 0);
  require(op.repeats.size() == static_cast<std::size_t>(y.shape.rank()), ErrorCode::argument,
          "{} repeats for a tensor of rank {}", op.repeats.size(), y.shape.rank());
  for (int a = 0; a < y.shape.rank(); ++a) {
    const std::int64_t repeats = op.repeats[static_cast<std::size_t>(a)];
    require(repeats >= 0 && repeats < kMaxTensorBytes, ErrorCode::argument, "{} repeats of axis {}", repeats, a);
    y.shape[a] *= repeats;
  }
  return y;
}

void reference(const Tile&, Inputs in, Outputs out) {
  const Shape& from = in[0].shape();
  const Strides strides = contiguous_strides(from);
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::byte* y = out[0].data;
  for (StridedLoop<1> loop(out[0].shape(), {Strides{}}); !loop.done(); loop.next(), y += size) {
    std::int64_t offset = 0;
    for (int a = 0; a < from.rank(); ++a) offset += loop.index(a) % from[a] * strides[static_cast<std::size_t>(a)];
    std::memcpy(y, in[0].data + static_cast<std::size_t>(offset) * size, size);
  }
}

}  // namespace exeunt::ops
