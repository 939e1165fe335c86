#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "cpu/simd/neon.h"

namespace exeunt::cpu {

/// NEON on 32-bit words of four i8. For files compiled with the dot product extension. Values are bytes less 128.
struct NeonQuads {
  using Vec = int32x4_t;
  using Float = Neon;
  static constexpr int kLanes = 4;
  static constexpr int kGroup = 4;
  using Number = std::uint8_t;
  [[gnu::always_inline]] static Number number(std::uint8_t byte) noexcept {
    return static_cast<std::uint8_t>(byte ^ 0x80U);
  }

  [[gnu::always_inline]] static Vec zero() noexcept { return vdupq_n_s32(0); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return vreinterpretq_s32_f32(vld1q_f32(p)); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { vst1q_f32(p, vreinterpretq_f32_s32(v)); }
  [[gnu::always_inline]] static Vec set1(float word) noexcept { return vreinterpretq_s32_f32(vdupq_n_f32(word)); }
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return vdotq_s32(c, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b));
  }
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+w"(v)); }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return vaddq_s32(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return vsubq_s32(a, b); }
  [[gnu::always_inline]] static Vec set_int(std::int32_t x) noexcept { return vdupq_n_s32(x); }
  [[gnu::always_inline]] static float32x4_t to_float(Vec v) noexcept { return vcvtq_f32_s32(v); }
  [[gnu::always_inline]] static float32x4_t multiply_add(float32x4_t a, float32x4_t b, float32x4_t c) noexcept {
    return vfmaq_f32(c, a, b);
  }
  [[gnu::always_inline]] static Vec round(float32x4_t v) noexcept { return vcvtnq_s32_f32(v); }

  [[gnu::always_inline]] static Vec load_bytes(const std::uint8_t* p) noexcept { return load_bytes_part(p, kLanes); }
  [[gnu::always_inline]] static Vec load_bytes_part(const std::uint8_t* p, int n) noexcept {
    std::uint8_t bytes[8] = {};
    for (int i = 0; i < n; ++i) bytes[i] = p[i];
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vld1_u8(bytes)))));
  }
  [[gnu::always_inline]] static void store_bytes(std::uint8_t* p, Vec v) noexcept { store_bytes_part(p, v, kLanes); }
  [[gnu::always_inline]] static void store_bytes_part(std::uint8_t* p, Vec v, int n) noexcept {
    const uint16x4_t shorts = vqmovun_s32(v);
    std::uint8_t bytes[8];
    vst1_u8(bytes, vqmovn_u16(vcombine_u16(shorts, shorts)));
    for (int i = 0; i < n; ++i) p[i] = bytes[i];
  }

  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    auto* bytes = reinterpret_cast<std::uint8_t*>(to);
    const uint8x16_t sign = vdupq_n_u8(0x80);
    std::ptrdiff_t i = 0;
    for (; i + 16 <= count; i += 16) vst1q_u8(bytes + i, veorq_u8(vld1q_u8(from + i), sign));
    for (; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(from[i] ^ 0x80);
  }
};

}  // namespace exeunt::cpu
