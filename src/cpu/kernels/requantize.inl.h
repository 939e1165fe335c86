#pragma once

#include <algorithm>

#include "cpu/kernels/quantized_conv.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// A vector of channels' scales and biases.
template <class S>
struct ChannelScales {
  typename S::Float::Vec scale, bias;
  [[gnu::always_inline]] ChannelScales(const Requantize& q, int channel) noexcept
      : scale(S::Float::load(q.scale + channel)), bias(S::Float::load(q.bias + channel)) {}
};

/// Turns sums into results and stores them: `lanes` of them, all if kWhole. `at` counts elements of y and residual.
template <class S, bool kWhole>
[[gnu::always_inline]] inline void store_requantized(const Requantize& q, const ChannelScales<S>& channels,
                                                     typename S::Vec sum, int lanes, const std::uint8_t* residual,
                                                     std::byte* y, std::ptrdiff_t at) noexcept {
  using F = typename S::Float;
  typename F::Vec t = S::multiply_add(S::to_float(sum), channels.scale, channels.bias);
  if (residual != nullptr) {
    const typename S::Vec bytes = kWhole ? S::load_bytes(residual + at) : S::load_bytes_part(residual + at, lanes);
    const typename S::Vec moved = S::sub(bytes, S::set_int(q.residual_zero));
    t = S::multiply_add(S::to_float(moved), F::set1(q.residual_scale), t);
  }
  t = F::clamp(t, F::set1(q.low), F::set1(q.high));
  if (q.to_float) {
    float* to = reinterpret_cast<float*>(y) + at;
    kWhole ? F::store(to, t) : F::store_part(to, t, lanes);
    return;
  }
  auto* to = reinterpret_cast<std::uint8_t*>(y) + at;
  const typename S::Vec result = S::add(S::round(t), S::set_int(q.y_zero));
  kWhole ? S::store_bytes(to, result) : S::store_bytes_part(to, result, lanes);
}

}  // namespace exeunt::cpu
