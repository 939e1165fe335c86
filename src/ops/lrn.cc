#include "ops/lrn.h"

#include <algorithm>
#include <cmath>

#include "ops/lines.h"

namespace exeunt::ops {

namespace {

template <class T>
void normalize_line(const Lrn& op, const T* x, T* y, std::int64_t channels, std::int64_t stride) {
  const std::int64_t below = (op.size - 1) / 2;
  const std::int64_t above = op.size - 1 - below;
  for (std::int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    const std::int64_t last = std::min(c + above, channels - 1);
    for (std::int64_t i = std::max<std::int64_t>(c - below, 0); i <= last; ++i) {
      const double value = widen(x[i * stride]);
      sum += value * value;
    }
    const double scale = std::pow(op.bias + op.alpha / static_cast<double>(op.size) * sum, op.beta);
    y[c * stride] = convert<T>(widen(x[c * stride]) / scale);
  }
}

}  // namespace

TensorType infer(const Lrn& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require_float(x, "x");
  require(x.shape.rank() >= 2, ErrorCode::shape, "x is {}; a channel axis is needed", x.shape.str());
  require(op.size > 0 && op.size < kMaxTensorBytes, ErrorCode::argument, "size {}", op.size);
  return x;
}

void reference(const Lrn& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) {
      const Shape& shape = out[0].shape();
      for_each_line(shape, 1, [&](std::int64_t start, std::int64_t stride) {
        normalize_line(op, in[0].as<T>() + start, out[0].as<T>() + start, shape[1], stride);
      });
    }
  });
}

double work(const Lrn& op, Types in, const TensorType& out) {
  return static_cast<double>(out.shape.elements()) * static_cast<double>(std::min(op.size, in[0]->shape[1]) + 4);
}

}  // namespace exeunt::ops
