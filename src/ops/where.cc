#include "ops/where.h"

#include <cstring>

namespace exeunt::ops {

TensorType infer(const Where&, Types in) {
  const TensorType& condition = type_at(in, 0);
  const TensorType& a = type_at(in, 1);
  const TensorType& b = type_at(in, 2);
  require(condition.dtype == DType::boolean, ErrorCode::dtype, "the condition is {}; bool is needed",
          dtype_name(condition.dtype));
  require_same_dtype(a, b);
  return {a.dtype, broadcast(condition.shape, broadcast(a.shape, b.shape))};
}

void reference(const Where&, Inputs in, Outputs out) {
  const Shape& shape = out[0].shape();
  const std::size_t size = dtype_bytes(out[0].dtype());
  StridedLoop<3> loop(shape, {broadcast_strides(in[0].shape(), shape), broadcast_strides(in[1].shape(), shape),
                              broadcast_strides(in[2].shape(), shape)});
  std::byte* y = out[0].data;
  for (; !loop.done(); loop.next(), y += size) {
    const std::size_t chosen = in[0].as<bool>()[loop.offset(0)] ? 1 : 2;
    std::memcpy(y, in[chosen].data + static_cast<std::size_t>(loop.offset(chosen)) * size, size);
  }
}

}  // namespace exeunt::ops
