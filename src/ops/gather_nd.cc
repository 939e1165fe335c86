#include "ops/gather_nd.h"

#include <cstring>

#include "ops/indices.h"

namespace exeunt::ops {

TensorType infer(const GatherND& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  require_indices(indices);
  const SliceIndices slices(x.shape, indices.shape, op.batch_dims);
  std::vector<std::int64_t> dims(indices.shape.begin(), indices.shape.end() - 1);
  dims.insert(dims.end(), x.shape.begin() + slices.first + slices.count, x.shape.end());
  return {x.dtype, Shape(dims)};
}

void reference(const GatherND& op, Inputs in, Outputs out) {
  const SliceIndices slices(in[0].shape(), in[1].shape(), op.batch_dims);
  const std::size_t size = dtype_bytes(out[0].dtype());
  const std::size_t bytes = static_cast<std::size_t>(slices.slice) * size;
  if (bytes == 0) return;
  for (std::int64_t row = 0; row < slices.rows; ++row) {
    const auto start = static_cast<std::size_t>(slices.start(in[0].shape(), in[1], row));
    std::memcpy(out[0].data + static_cast<std::size_t>(row) * bytes, in[0].data + start * size, bytes);
  }
}

}  // namespace exeunt::ops
