#include "quant/quantize_weights.h"

#include <algorithm>
#include <cmath>

namespace exeunt {

QuantizedWeights quantize_weights(const Tensor& weights) {
  constexpr double kMost = 127;
  const Shape& shape = weights.shape();
  const auto filters = static_cast<std::size_t>(shape[0]);
  const auto channels = static_cast<std::size_t>(shape[1]);
  const std::size_t taps = static_cast<std::size_t>(shape.elements()) / std::max<std::size_t>(1, filters * channels);
  const std::span<const float> w = weights.span<float>();
  QuantizedWeights result{Tensor({DType::i8, shape}), std::vector<double>(filters, 1.0), channels,
                          std::vector<double>(filters * channels)};
  const std::span<std::int8_t> numbers = result.numbers.mutable_span<std::int8_t>();
  for (std::size_t m = 0; m < filters; ++m) {
    const std::span<const float> filter = w.subspan(m * channels * taps, channels * taps);
    double most = 0;
    for (const float x : filter) most = std::max(most, std::abs(static_cast<double>(x)));
    if (most > 0 && std::isfinite(most)) result.scale[m] = most / kMost;
    for (std::size_t i = 0; i < filter.size(); ++i) {
      const auto x = static_cast<double>(filter[i]);
      const double number = std::clamp(std::nearbyint(x / result.scale[m]), -kMost, kMost);
      numbers[m * channels * taps + i] = static_cast<std::int8_t>(number);
      result.lost[m * channels + i / taps] += x - number * result.scale[m];
    }
  }
  return result;
}

Tensor as_filters(const Tensor& matrix) {
  const Shape& shape = matrix.shape();
  return Tensor::of<float>(DType::f32, {shape[0], shape[1], 1}, matrix.span<float>());
}

Tensor transposed(const Tensor& matrix) {
  const Shape& shape = matrix.shape();
  Tensor result({DType::f32, {shape[1], shape[0], 1}});
  const std::span<const float> from = matrix.span<float>();
  const std::span<float> to = result.mutable_span<float>();
  const auto rows = static_cast<std::size_t>(shape[0]);
  const auto columns = static_cast<std::size_t>(shape[1]);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
  return result;
}

}  // namespace exeunt
