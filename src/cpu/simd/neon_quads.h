#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "cpu/simd/neon.h"

namespace exeunt::cpu {

/// NEON on 32-bit words of four i8. For files compiled with the dot product extension. Values are bytes less 128.
struct NeonQuads {
  using Vec = int32x4_t;
  using Float = Neon;
  static constexpr int kLanes = 4;
  static constexpr int kGroup = 4;

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

  [[gnu::always_inline]] static Vec load_bytes(const std::uint8_t* p) noexcept {
    std::uint32_t word;
    std::memcpy(&word, p, sizeof word);
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(word)))));
  }
  [[gnu::always_inline]] static Vec load_bytes_part(const std::uint8_t* p, int n) noexcept {
    std::uint8_t bytes[kLanes] = {};
    for (int i = 0; i < n; ++i) bytes[i] = p[i];
    return load_bytes(bytes);
  }
  [[gnu::always_inline]] static void store_bytes(std::uint8_t* p, Vec v) noexcept { store_bytes_part(p, v, kLanes); }
  [[gnu::always_inline]] static void store_bytes_part(std::uint8_t* p, Vec v, int n) noexcept {
    const uint16x4_t shorts = vqmovun_s32(v);
    std::uint8_t bytes[8];
    vst1_u8(bytes, vqmovn_u16(vcombine_u16(shorts, shorts)));
    for (int i = 0; i < n; ++i) p[i] = bytes[i];
  }

  /// As Avx2Pairs has it.
  template <int kVecs>
  [[gnu::always_inline]] static void store_bytes_of(std::uint8_t* to, std::ptrdiff_t step, const Vec (&v)[4], Vec zeros,
                                                    Vec lows) noexcept {
    const int16x8_t zero = vreinterpretq_s16_s32(zeros);
    const int16x8_t first = vqaddq_s16(vqmovn_high_s32(vqmovn_s32(v[0]), v[1]), zero);
    const int16x8_t second = kVecs > 2 ? vqaddq_s16(vqmovn_high_s32(vqmovn_s32(v[2]), v[3]), zero) : first;
    const uint8x16_t bytes = vmaxq_u8(vqmovun_high_s16(vqmovun_s16(first), second), vreinterpretq_u8_s32(lows));
    store_word<0>(to, bytes);
    if constexpr (kVecs > 1) store_word<1>(to + step, bytes);
    if constexpr (kVecs > 2) store_word<2>(to + 2 * step, bytes);
    if constexpr (kVecs > 3) store_word<3>(to + 3 * step, bytes);
  }

  [[gnu::always_inline]] static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    auto* bytes = reinterpret_cast<std::uint8_t*>(to);
    const uint8x16_t sign = vdupq_n_u8(0x80);
    std::ptrdiff_t i = 0;
    for (; i + 16 <= count; i += 16) vst1q_u8(bytes + i, veorq_u8(vld1q_u8(from + i), sign));
    for (; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(from[i] ^ 0x80);
  }

 private:
  template <int k>
  [[gnu::always_inline]] static void store_word(std::uint8_t* to, uint8x16_t bytes) noexcept {
    const std::uint32_t word = vgetq_lane_u32(vreinterpretq_u32_u8(bytes), k);
    std::memcpy(to, &word, sizeof word);
  }
};

}  // namespace exeunt::cpu
