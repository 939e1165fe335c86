#pragma once

#include <arm_neon.h>

namespace exeunt::cpu {

/// 4 floats a register, 32 registers. For 64-bit Arm, where every machine has it.
struct Neon {
  using Vec = float32x4_t;
  static constexpr int kLanes = 4;
  static constexpr int kRegisters = 32;

  [[gnu::always_inline]] static Vec zero() noexcept { return vdupq_n_f32(0); }
  [[gnu::always_inline]] static Vec set1(float x) noexcept { return vdupq_n_f32(x); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return vld1q_f32(p); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { vst1q_f32(p, v); }

  /// The first `n` lanes, 0 <= n <= kLanes; the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept {
    if (n >= kLanes) return load(p);
    if (n == 1) return vld1q_lane_f32(p, zero(), 0);
    if (n < 1) return zero();
    const Vec pair = vcombine_f32(vld1_f32(p), vdup_n_f32(0));
    return n == 2 ? pair : vld1q_lane_f32(p + 2, pair, 2);
  }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept {
    if (n >= kLanes) return store(p, v);
    if (n == 1) return vst1q_lane_f32(p, v, 0);
    if (n < 1) return;
    vst1_f32(p, vget_low_f32(v));
    if (n == 3) vst1q_lane_f32(p + 2, v, 2);
  }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return vaddq_f32(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return vsubq_f32(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return vmulq_f32(a, b); }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return vfmaq_f32(c, a, b); }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return vfmsq_f32(c, a, b); }
  /// a * (lane kLane of b) + c: a broadcast that costs nothing. By hand, for what GCC makes of vfmaq_laneq_f32 copies
  /// sums from register to register.
  template <int kLane>
  [[gnu::always_inline]] static Vec fma_lane(Vec a, Vec b, Vec c) noexcept {
    asm("fmla %0.4s, %1.4s, %2.s[%3]" : "+w"(c) : "w"(a), "w"(b), "i"(kLane));
    return c;
  }
  /// NaN where x is NaN.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    return vminq_f32(vmaxq_f32(x, low), high);
  }
  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept { return vmaxq_f32(a, b); }

  /// Keeps a value in a register.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+w"(v)); }
};

}  // namespace exeunt::cpu
