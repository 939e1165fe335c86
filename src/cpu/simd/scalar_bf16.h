#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "cpu/simd/scalar.h"

namespace exeunt::cpu {

/// What Avx512Bf16 is, by the compiler's own vectors.
struct ScalarBf16 : Scalar {
  using Float = Scalar;

  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return c + (low(a) * low(b) + high(a) * high(b));
  }

  [[gnu::always_inline]] static Vec widen(const std::uint16_t* p) noexcept { return widen_part(p, kLanes); }
  [[gnu::always_inline]] static Vec widen_part(const std::uint16_t* p, int n) noexcept {
    Halves halves = {};
    std::memcpy(&halves, p, static_cast<std::size_t>(n) * sizeof(std::uint16_t));
    return reinterpret_cast<Vec>(__builtin_convertvector(halves, Bits) << 16);
  }
  [[gnu::always_inline]] static void narrow(std::uint16_t* p, Vec v) noexcept { narrow_part(p, v, kLanes); }
  /// Rounded as BFloat16 does it.
  [[gnu::always_inline]] static void narrow_part(std::uint16_t* p, Vec v, int n) noexcept {
    const auto bits = reinterpret_cast<Bits>(v);
    const Bits rounded = v == v ? bits + 0x7fffU + ((bits >> 16) & 1U) : bits | 0x400000U;
    const Halves halves = __builtin_convertvector(rounded >> 16, Halves);
    std::memcpy(p, &halves, static_cast<std::size_t>(n) * sizeof(std::uint16_t));
  }

 private:
  using Bits [[gnu::vector_size(16)]] = std::uint32_t;
  using Halves [[gnu::vector_size(8)]] = std::uint16_t;
  [[gnu::always_inline]] static Vec low(Vec v) noexcept {
    return reinterpret_cast<Vec>(reinterpret_cast<Bits>(v) << 16);
  }
  [[gnu::always_inline]] static Vec high(Vec v) noexcept {
    return reinterpret_cast<Vec>(reinterpret_cast<Bits>(v) & 0xffff0000U);
  }
};

}  // namespace exeunt::cpu
