#include "ops/scale_shift.h"

namespace exeunt::ops {

TensorType infer(const ScaleShift&, Types in) {
  const TensorType& x = type_at(in, 0);
  require_float(x, "x");
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    const TensorType& p = type_at(in, i);
    require_same_dtype(x, p);
    const bool by_channel = x.shape.rank() >= 2 && p.shape == Shape{x.shape[1]};
    require(by_channel || p.shape == Shape{1}, ErrorCode::shape, "operand {} is {}; [1] or one number a channel of {}",
            i, p.shape.str(), x.shape.str());
  }
  return x;
}

void reference(const ScaleShift& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) {
      const Shape& shape = out[0].shape();
      const std::int64_t channels = shape.rank() < 2 ? 1 : shape[1];
      std::int64_t plane = 1;
      for (int axis = 2; axis < shape.rank(); ++axis) plane *= shape[axis];
      const auto parameter = [&](std::size_t i, std::int64_t channel) {
        return widen(in[i].as<T>()[in[i].elements() == 1 ? 0 : channel]);
      };
      for (std::int64_t i = 0; i < out[0].elements(); ++i) {
        const std::int64_t channel = i / plane % channels;
        const double y = widen(in[0].as<T>()[i]) * parameter(1, channel) + parameter(2, channel);
        out[0].as<T>()[i] = convert<T>(activate(op, y));
      }
    }
  });
}

}  // namespace exeunt::ops
