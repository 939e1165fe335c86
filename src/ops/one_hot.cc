#include "ops/one_hot.h"

#include <cstring>

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// The result axis that shows the depth. @throws Error argument
int depth_axis(const OneHot& op, const Shape& indices) { return normalize_axis(op.axis, indices.rank() + 1); }

}  // namespace

TensorType infer(const OneHot& op, Types in) {
  const TensorType& indices = type_at(in, 0);
  const TensorType& values = type_at(in, 1);
  require(indices.dtype != DType::boolean, ErrorCode::dtype, "indices are bool; numbers are needed");
  require(values.shape == Shape{2}, ErrorCode::shape, "values are {}; [2] is needed", values.shape.str());
  require(op.depth >= 0, ErrorCode::argument, "a depth of {}", op.depth);
  std::vector<std::int64_t> dims(indices.shape.begin(), indices.shape.end());
  dims.insert(dims.begin() + depth_axis(op, indices.shape), op.depth);
  return {values.dtype, Shape(dims)};
}

void reference(const OneHot& op, Inputs in, Outputs out) {
  const int axis = depth_axis(op, in[0].shape());
  std::int64_t inner = 1;
  for (int a = axis; a < in[0].shape().rank(); ++a) inner *= in[0].shape()[a];
  const std::size_t size = dtype_bytes(out[0].dtype());
  std::byte* y = out[0].data;
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) {
    const Numbers<W> indices(in[0]);
    for (std::int64_t i = 0; i < out[0].elements(); ++i, y += size) {
      const std::int64_t place = i / inner % op.depth;
      const W index = indices[i / (inner * op.depth) * inner + i % inner];
      const auto at = convert<std::int64_t>(index);
      const bool on = at == place || at == place - op.depth;
      std::memcpy(y, in[1].data + (on ? size : 0), size);
    }
  });
}

}  // namespace exeunt::ops
