#include "ops/batch_norm.h"

#include <cmath>

namespace exeunt::ops {

TensorType infer(const BatchNorm&, Types in) {
  const TensorType& x = type_at(in, 0);
  require_float(x, "x");
  require(x.shape.rank() >= 2, ErrorCode::shape, "x is {}; a channel axis is needed", x.shape.str());
  for (std::size_t i = 1; i < 5; ++i) {
    const TensorType& p = type_at(in, i);
    require_same_dtype(x, p);
    require(p.shape == Shape{x.shape[1]}, ErrorCode::shape, "operand {} is {}; [{}] is needed", i, p.shape.str(),
            x.shape[1]);
  }
  return x;
}

void reference(const BatchNorm& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) {
      const Shape& shape = out[0].shape();
      const std::int64_t channels = shape[1];
      const std::int64_t plane = channels == 0 || shape[0] == 0 ? 0 : shape.elements() / (shape[0] * channels);
      const auto parameter = [&](std::size_t i, std::int64_t c) { return widen(in[i].as<T>()[c]); };
      const T* x = in[0].as<T>();
      T* y = out[0].as<T>();
      for (std::int64_t p = 0; p < shape[0] * channels; ++p) {
        const std::int64_t c = p % channels;
        const double scale = parameter(1, c) / std::sqrt(parameter(4, c) + op.epsilon);
        const double shift = parameter(2, c) - parameter(3, c) * scale;
        for (std::int64_t i = p * plane; i < (p + 1) * plane; ++i) y[i] = convert<T>(widen(x[i]) * scale + shift);
      }
    }
  });
}

}  // namespace exeunt::ops
