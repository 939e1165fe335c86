#include "ops/quantized_add.h"

#include <algorithm>
#include <cmath>

namespace exeunt::ops {

TensorType infer(const QuantizedAdd& op, Types in) {
  const TensorType& a = type_at(in, 0);
  require(a.dtype == DType::u8 && a == type_at(in, 1), ErrorCode::dtype,
          "a is {} and b is {}; u8 of one shape is needed", a.str(), type_at(in, 1).str());
  require(op.low <= op.high, ErrorCode::argument, "low is {} and high is {}", op.low, op.high);
  return a;
}

void reference(const QuantizedAdd& op, Inputs in, Outputs out) {
  const auto* a = in[0].as<std::uint8_t>();
  const auto* b = in[1].as<std::uint8_t>();
  auto* y = out[0].as<std::uint8_t>();
  for (std::int64_t i = 0; i < out[0].elements(); ++i) {
    const float second = static_cast<float>(b[i] - op.b_zero) * static_cast<float>(op.b_scale);
    const float sum = std::fma(static_cast<float>(a[i] - op.a_zero), static_cast<float>(op.a_scale), second);
    const float clamped = std::min(std::max(sum, static_cast<float>(op.low)), static_cast<float>(op.high));
    const float rounded = std::nearbyint(clamped) + static_cast<float>(op.y_zero);
    y[i] = static_cast<std::uint8_t>(std::clamp(rounded, 0.0F, 255.0F));
  }
}

}  // namespace exeunt::ops
