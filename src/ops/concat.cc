#include "ops/concat.h"

#include <cstring>

namespace exeunt::ops {

TensorType infer(const Concat& op, Types in) {
  TensorType y = type_at(in, 0);
  require(y.shape.rank() > 0, ErrorCode::shape, "a scalar cannot be joined to anything");
  const int axis = normalize_axis(op.axis, y.shape.rank());
  for (std::size_t i = 1; i < in.size(); ++i) {
    const TensorType& x = type_at(in, i);
    require_same_dtype(y, x);
    require(x.shape.rank() == y.shape.rank(), ErrorCode::shape, "operands have rank {} and {}", y.shape.rank(),
            x.shape.rank());
    for (int a = 0; a < y.shape.rank(); ++a) {
      require(a == axis || x.shape[a] == y.shape[a], ErrorCode::shape, "{} and {} differ beside axis {}", y.shape.str(),
              x.shape.str(), axis);
    }
    y.shape[axis] += x.shape[axis];
  }
  return y;
}

void reference(const Concat& op, Inputs in, Outputs out) {
  const Shape& shape = out[0].shape();
  const int axis = normalize_axis(op.axis, shape.rank());
  std::int64_t outer = 1;
  for (int a = 0; a < axis; ++a) outer *= shape[a];
  std::byte* y = out[0].data;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (const TensorView& x : in) {
      const std::size_t bytes = x.type.bytes() / static_cast<std::size_t>(outer);
      if (bytes > 0) std::memcpy(y, x.data + static_cast<std::size_t>(o) * bytes, bytes);
      y += bytes;
    }
  }
}

}  // namespace exeunt::ops
