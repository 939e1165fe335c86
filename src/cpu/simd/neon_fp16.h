#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "cpu/simd/neon.h"

namespace exeunt::cpu {

/// Floats of NEON that are IEEE halves in memory.
struct NeonHalves : Neon {
  using Float = Neon;

  // `n` lanes, the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec widen(const std::uint16_t* p) noexcept { return load_halves(p); }
  [[gnu::always_inline]] static Vec widen_part(const std::uint16_t* p, int n) noexcept {
    std::uint16_t halves[kLanes] = {};
    std::memcpy(halves, p, static_cast<std::size_t>(n) * sizeof(std::uint16_t));
    return widen(halves);
  }
  [[gnu::always_inline]] static void narrow(std::uint16_t* p, Vec v) noexcept {
    vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v)));
  }
  [[gnu::always_inline]] static void narrow_part(std::uint16_t* p, Vec v, int n) noexcept {
    std::uint16_t halves[kLanes];
    narrow(halves, v);
    std::memcpy(p, halves, static_cast<std::size_t>(n) * sizeof(std::uint16_t));
  }
};

/// Arithmetic on 8 IEEE halves a register, for files compiled with +fp16. Memory is seen as floats, each two halves.
struct NeonFp16 {
  using Vec = float16x8_t;
  using Memory = NeonHalves;
  static constexpr int kLanes = 8;

  [[gnu::always_inline]] static Vec zero() noexcept { return vreinterpretq_f16_u16(vdupq_n_u16(0)); }
  [[gnu::always_inline]] static Vec set1(float x) noexcept { return vdupq_n_f16(static_cast<float16_t>(x)); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return vreinterpretq_f16_f32(vld1q_f32(p)); }
  /// The first 2, 4 or 8 halves for fma_lane, by hand into the registers that it reads.
  template <int kCount>
  [[gnu::always_inline]] static Vec load_factors(const float* p) noexcept {
    Vec v;
    if constexpr (kCount == 2) {
      asm("ldr %s0, %1" : "=x"(v) : "m"(*p));
    } else if constexpr (kCount == 4) {
      asm("ldr %d0, %1" : "=x"(v) : "m"(*reinterpret_cast<const float32x2_t*>(p)));
    } else {
      static_assert(kCount == kLanes);
      asm("ldr %q0, %1" : "=x"(v) : "m"(*reinterpret_cast<const float32x4_t*>(p)));
    }
    return v;
  }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return vfmaq_f16(c, a, b); }
  /// a * (lane kLane of b) + c. By hand for the reason that Neon::fma_lane has; of halves the instruction reads a lane
  /// of the registers 0 to 15 only.
  template <int kLane>
  [[gnu::always_inline]] static Vec fma_lane(Vec a, Vec b, Vec c) noexcept {
    asm("fmla %0.8h, %1.8h, %2.h[%3]" : "+w"(c) : "w"(a), "x"(b), "i"(kLane));
    return c;
  }
  /// Adds the lanes to as many floats.
  [[gnu::always_inline]] static void add_to(float* sums, Vec v) noexcept {
    const float32x4_t low = vaddq_f32(vld1q_f32(sums), vcvt_f32_f16(vget_low_f16(v)));
    const float32x4_t high = vaddq_f32(vld1q_f32(sums + 4), vcvt_high_f32_f16(v));
    vst1q_f32(sums, low);
    vst1q_f32(sums + 4, high);
  }
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+w"(v)); }
};

}  // namespace exeunt::cpu
