#include "ops/cum_sum.h"

#include "base/elements.h"
#include "ops/arithmetic.h"
#include "ops/lines.h"

namespace exeunt::ops {

TensorType infer(const CumSum& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean, ErrorCode::dtype, "CumSum takes numbers, not bool");
  normalize_axis(op.axis, x.shape.rank());
  return x;
}

void reference(const CumSum& op, Inputs in, Outputs out) {
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) {
    const Shape& shape = out[0].shape();
    const int axis = normalize_axis(op.axis, shape.rank());
    const std::int64_t count = shape[axis];
    const Numbers<W> x(in[0]);
    const Places y(out[0]);
    for_each_line(shape, axis, [&](std::int64_t start, std::int64_t stride) {
      W sum{};
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = start + (op.reverse ? count - 1 - i : i) * stride;
        const W with = wrapping_add(sum, x[at]);
        y.set(at, op.exclusive ? sum : with);
        sum = with;
      }
    });
  });
}

}  // namespace exeunt::ops
