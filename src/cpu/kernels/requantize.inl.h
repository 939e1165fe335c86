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

/// Turns sums into results and stores them. Holds a copy, for stores of bytes may change what references lead to as far
/// as the compiler knows.
template <class S>
class Requantizer {
 public:
  using Vec = typename S::Vec;

  [[gnu::always_inline]] explicit Requantizer(const Requantize& q) noexcept : q_(q) {}

  bool to_float() const noexcept { return q_.to_float; }

  /// A whole vector of results; `residual` is there if kResidual, y of floats if kFloat.
  template <bool kResidual, bool kFloat>
  [[gnu::always_inline]] void store(const ChannelScales<S>& channels, Vec sum, const std::uint8_t* residual,
                                    std::byte* y) const noexcept {
    auto t = scaled(channels, sum);
    if constexpr (kResidual) t = with_residual(t, S::load_bytes(residual));
    t = clamped(t);
    if constexpr (kFloat) {
      S::Float::store(reinterpret_cast<float*>(y), t);
    } else {
      S::store_bytes(reinterpret_cast<std::uint8_t*>(y), rounded(t));
    }
  }

  /// The first `lanes` results. `at` counts elements of y and residual, which may be null.
  [[gnu::always_inline]] void store_part(const ChannelScales<S>& channels, Vec sum, int lanes,
                                         const std::uint8_t* residual, std::byte* y, std::ptrdiff_t at) const noexcept {
    auto t = scaled(channels, sum);
    if (residual != nullptr) t = with_residual(t, S::load_bytes_part(residual + at, lanes));
    t = clamped(t);
    if (q_.to_float) {
      S::Float::store_part(reinterpret_cast<float*>(y) + at, t, lanes);
    } else {
      S::store_bytes_part(reinterpret_cast<std::uint8_t*>(y) + at, rounded(t), lanes);
    }
  }

 private:
  using Floats = typename S::Float::Vec;

  [[gnu::always_inline]] static Floats scaled(const ChannelScales<S>& channels, Vec sum) noexcept {
    return S::multiply_add(S::to_float(sum), channels.scale, channels.bias);
  }
  [[gnu::always_inline]] Floats with_residual(Floats t, Vec bytes) const noexcept {
    const Vec moved = S::sub(bytes, S::set_int(q_.residual_zero));
    return S::multiply_add(S::to_float(moved), S::Float::set1(q_.residual_scale), t);
  }
  [[gnu::always_inline]] Floats clamped(Floats t) const noexcept {
    return S::Float::clamp(t, S::Float::set1(q_.low), S::Float::set1(q_.high));
  }
  [[gnu::always_inline]] Vec rounded(Floats t) const noexcept { return S::add(S::round(t), S::set_int(q_.y_zero)); }

  Requantize q_;
};

/// Calls f.operator()<kResidual, kFloat>() for what there is.
template <class F>
[[gnu::always_inline]] inline void with_forms(bool has_residual, bool to_float, const F& f) noexcept {
  if (has_residual) {
    to_float ? f.template operator()<true, true>() : f.template operator()<true, false>();
  } else {
    to_float ? f.template operator()<false, true>() : f.template operator()<false, false>();
  }
}

}  // namespace exeunt::cpu
