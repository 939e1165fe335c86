#include "ops/cum_sum.h"

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
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    const Shape& shape = out[0].shape();
    const int axis = normalize_axis(op.axis, shape.rank());
    const std::int64_t count = shape[axis];
    for_each_line(shape, axis, [&](std::int64_t start, std::int64_t stride) {
      Wide<T> sum{};
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = start + (op.reverse ? count - 1 - i : i) * stride;
        const Wide<T> with = wrapping_add(sum, widen(in[0].as<T>()[at]));
        out[0].as<T>()[at] = convert<T>(op.exclusive ? sum : with);
        sum = with;
      }
    });
  });
}

}  // namespace exeunt::ops
