#include "ops/transpose.h"

#include <cstring>

namespace exeunt::ops {

TensorType infer(const Transpose& op, Types in) {
  TensorType y = type_at(in, 0);
  const Shape x = y.shape;
  std::array<bool, Shape::kMaxRank> seen{};
  require(op.perm.size() == static_cast<std::size_t>(x.rank()), ErrorCode::argument, "perm has {} axes, x has {}",
          op.perm.size(), x.rank());
  for (int a = 0; a < x.rank(); ++a) {
    const std::int64_t from = op.perm[static_cast<std::size_t>(a)];
    require(from >= 0 && from < x.rank() && !seen[static_cast<std::size_t>(from)], ErrorCode::argument,
            "perm is no permutation of the axes");
    seen[static_cast<std::size_t>(from)] = true;
    y.shape[a] = x[static_cast<int>(from)];
  }
  return y;
}

void reference(const Transpose& op, Inputs in, Outputs out) {
  const Strides from = contiguous_strides(in[0].shape());
  Strides strides{};
  for (std::size_t a = 0; a < op.perm.size(); ++a) strides[a] = from[static_cast<std::size_t>(op.perm[a])];
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::byte* y = out[0].data;
  for (StridedLoop<1> loop(out[0].shape(), {strides}); !loop.done(); loop.next(), y += size) {
    std::memcpy(y, in[0].data + static_cast<std::size_t>(loop.offset(0)) * size, size);
  }
}

}  // namespace exeunt::ops
