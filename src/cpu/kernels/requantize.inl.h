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

  /// kCount whole vectors, `step` elements apart, of the same channels: sums become results. What is done without a
  /// residual, for floats and for bytes is in the program once, and no sum leaves its register.
  template <int kCount>
  [[gnu::always_inline]] void store(const ChannelScales<S>& channels, const Vec (&sums)[kCount], std::ptrdiff_t step,
                                    const std::uint8_t* residual, std::byte* y, std::ptrdiff_t at) const noexcept {
    Floats t[kCount];
    unrolled<kCount>([&](auto i, Floats(&to)[kCount]) EXEUNT_INLINE { to[i] = scaled(channels, sums[i]); }, t);
    if (residual != nullptr) {
      const std::uint8_t* from = residual + at;
      unrolled<kCount>(
          [this, step](auto i, Floats(&to)[kCount], const std::uint8_t*& bytes) EXEUNT_INLINE {
            to[i] = with_residual(to[i], S::load_bytes(bytes));
            bytes += step;
          },
          t, from);
    }
    const Floats high = S::Float::set1(q_.high);
    if (q_.to_float) {
      auto* to = reinterpret_cast<float*>(y) + at;
      unrolled<kCount>(
          [this, step](auto i, Floats(&from)[kCount], float*& floats) EXEUNT_INLINE {
            S::Float::store(floats, clamped(from[i]));
            floats += step;
          },
          t, to);
    } else {
      // Clamping from below and the zero point come after the numbers are bytes or i16, for more of them at once.
      auto* to = reinterpret_cast<std::uint8_t*>(y) + at;
      const Vec zeros = S::set_int(q_.y_zeros);
      const Vec lows = S::set_int(q_.lows);
      unrolled<(kCount + 3) / 4>(
          [&](auto group, Floats(&from)[kCount], std::uint8_t*& bytes) EXEUNT_INLINE {
            constexpr int kFirst = 4 * decltype(group)::value;
            constexpr int kVecs = std::min(4, kCount - kFirst);
            Vec four[4];
            unrolled<4>([&](auto i) EXEUNT_INLINE {
              constexpr int k = kFirst + std::min<int>(i, kVecs - 1);
              four[i] = S::round(S::Float::clamp_above(from[k], high));
            });
            S::template store_bytes_of<kVecs>(bytes, step, four, zeros, lows);
            bytes += 4 * step;
          },
          t, to);
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

}  // namespace exeunt::cpu
