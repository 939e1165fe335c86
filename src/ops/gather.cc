#include "ops/gather.h"

#include <algorithm>
#include <cstring>

namespace exeunt::ops {

TensorType infer(const Gather& op, Types in) {
  const TensorType& data = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  require(indices.dtype == DType::i32 || indices.dtype == DType::i64, ErrorCode::dtype,
          "indices are {}; i32 or i64 is needed", dtype_name(indices.dtype));
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
  const auto index = [&](std::int64_t i) {
    const std::int64_t at = in[1].dtype() == DType::i64 ? in[1].as<std::int64_t>()[i] : in[1].as<std::int32_t>()[i];
    return std::clamp<std::int64_t>(at < 0 ? at + shape[axis] : at, 0, shape[axis] - 1);
  };
  std::byte* y = out[0].data;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < in[1].elements(); ++i, y += slice) {
      std::memcpy(y, in[0].data + static_cast<std::size_t>(o * shape[axis] + index(i)) * slice, slice);
    }
  }
}

}  // namespace exeunt::ops
