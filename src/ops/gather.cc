#include "ops/gather.h"

#include <cstring>

#include "ops/indices.h"

namespace exeunt::ops {

TensorType infer(const Gather& op, Types in) {
  const TensorType& data = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  require_indices(indices);
  const int axis = normalize_axis(op.axis, data.shape.rank());
  require(data.shape[axis] > 0 || indices.shape.elements() == 0, ErrorCode::shape, "axis {} of {} is empty", axis,
          data.shape.str());
  std::vector<std::int64_t> dims(data.shape.begin(), data.shape.begin() + axis);
  dims.insert(dims.end(), indices.shape.begin(), indices.shape.end());
  dims.insert(dims.end(), data.shape.begin() + axis + 1, data.shape.end());
  return {data.dtype, Shape(dims)};
}

void reference(const Gather& op, Inputs in, Outputs out) {
  const Shape& shape = in[0].shape();
  const int axis = normalize_axis(op.axis, shape.rank());
  std::int64_t outer = 1;
  for (int a = 0; a < axis; ++a) outer *= shape[a];
  std::size_t slice = dtype_bytes(out[0].dtype());
  for (int a = axis + 1; a < shape.rank(); ++a) slice *= static_cast<std::size_t>(shape[a]);
  std::byte* y = out[0].data;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < in[1].elements(); ++i, y += slice) {
      const std::int64_t at = o * shape[axis] + position_at(in[1], i, shape[axis]);
      std::memcpy(y, in[0].data + static_cast<std::size_t>(at) * slice, slice);
    }
  }
}

}  // namespace exeunt::ops
