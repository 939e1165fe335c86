#include "ops/softmax.h"

#include <cmath>

#include "ops/lines.h"

namespace exeunt::ops {

namespace {

template <class T>
void softmax_line(const T* x, T* y, std::int64_t count, std::int64_t stride) {
  double highest = widen(x[0]);
  for (std::int64_t i = 1; i < count; ++i) highest = std::max(highest, widen(x[i * stride]));
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += std::exp(widen(x[i * stride]) - highest);
  for (std::int64_t i = 0; i < count; ++i) {
    y[i * stride] = convert<T>(std::exp(widen(x[i * stride]) - highest) / sum);
  }
}

}  // namespace

TensorType infer(const Softmax& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require_float(x, "x");
  normalize_axis(op.axis, x.shape.rank());
  return x;
}

void reference(const Softmax& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) {
      const Shape& shape = out[0].shape();
      const int axis = normalize_axis(op.axis, shape.rank());
      for_each_line(shape, axis, [&](std::int64_t start, std::int64_t stride) {
        softmax_line(in[0].as<T>() + start, out[0].as<T>() + start, shape[axis], stride);
      });
    }
  });
}

double work(const Softmax&, Types, const TensorType& out) { return 8 * static_cast<double>(out.shape.elements()); }

}  // namespace exeunt::ops
