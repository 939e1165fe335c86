#include "ops/gather_elements.h"

#include <cstring>

#include "ops/indices.h"

namespace exeunt::ops {

TensorType infer(const GatherElements& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  require_indices(indices);
  check_element_indices(x.shape, indices.shape, op.axis);
  return {x.dtype, indices.shape};
}

void reference(const GatherElements& op, Inputs in, Outputs out) {
  const Shape& from = in[0].shape();
  const int axis = normalize_axis(op.axis, from.rank());
  Strides strides = contiguous_strides(from);
  const std::int64_t along = strides[static_cast<std::size_t>(axis)];
  strides[static_cast<std::size_t>(axis)] = 0;
  const std::size_t size = dtype_bytes(out[0].dtype());
  StridedLoop<1> loop(out[0].shape(), {strides});
  for (std::int64_t i = 0; !loop.done(); loop.next(), ++i) {
    const std::int64_t offset = loop.offset(0) + position_at(in[1], i, from[axis]) * along;
    std::memcpy(out[0].data + static_cast<std::size_t>(i) * size, in[0].data + static_cast<std::size_t>(offset) * size,
                size);
  }
}

}  // namespace exeunt::ops
