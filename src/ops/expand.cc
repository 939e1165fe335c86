#include "ops/expand.h"

#include <cstring>

namespace exeunt::ops {

TensorType infer(const Expand& op, Types in) {
  const TensorType& x = type_at(in, 0);
  return {x.dtype, broadcast(x.shape, Shape(op.shape))};
}

void reference(const Expand&, Inputs in, Outputs out) {
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::byte* y = out[0].data;
  StridedLoop<1> loop(out[0].shape(), {broadcast_strides(in[0].shape(), out[0].shape())});
  for (; !loop.done(); loop.next(), y += size) {
    std::memcpy(y, in[0].data + static_cast<std::size_t>(loop.offset(0)) * size, size);
  }
}

}  // namespace exeunt::ops
