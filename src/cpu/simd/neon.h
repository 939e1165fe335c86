#pragma once

#include <arm_neon.h>

#include <cstdint>

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

  /// IEEE halves as the floats that they are.
  [[gnu::always_inline]] static Vec load_halves(const std::uint16_t* p) noexcept {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
  }

  /// A word as an integer; the integer in its low half in units of 2^16.
  [[gnu::always_inline]] static Vec whole_of_word(Vec words) noexcept {
    return vcvtq_f32_s32(vreinterpretq_s32_f32(words));
  }
  [[gnu::always_inline]] static Vec whole_of_low_half(Vec words) noexcept {
    return vcvtq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(words), 16));
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
    return clamp_above(vmaxq_f32(x, low), high);
  }
  [[gnu::always_inline]] static Vec clamp_above(Vec x, Vec high) noexcept { return vminq_f32(x, high); }
  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept { return vmaxq_f32(a, b); }

  /// The smaller of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec min(Vec a, Vec b) noexcept { return vminq_f32(a, b); }

  /// The larger of each pair; where one is NaN, b.
  [[gnu::always_inline]] static Vec max_number(Vec a, Vec b) noexcept { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  /// A set of lanes.
  using Lanes = uint32x4_t;
  [[gnu::always_inline]] static Lanes all_lanes() noexcept { return vdupq_n_u32(~0U); }
  /// Those of `lanes` in which neither a nor b is NaN.
  [[gnu::always_inline]] static Lanes without_nan(Lanes lanes, Vec a, Vec b) noexcept {
    return vandq_u32(lanes, vandq_u32(vceqq_f32(a, a), vceqq_f32(b, b)));
  }
  /// a in `lanes`, b in the others.
  [[gnu::always_inline]] static Vec select(Lanes lanes, Vec a, Vec b) noexcept { return vbslq_f32(lanes, a, b); }

  [[gnu::always_inline]] static Vec div(Vec a, Vec b) noexcept { return vdivq_f32(a, b); }
  /// 1 / sqrt(x) to some units in the last place, for x of size 1e-30 to 1e30.
  [[gnu::always_inline]] static Vec reciprocal_sqrt(Vec x) noexcept { return div(set1(1), sqrt(x)); }
  [[gnu::always_inline]] static Vec sqrt(Vec x) noexcept { return vsqrtq_f32(x); }
  [[gnu::always_inline]] static Vec abs(Vec x) noexcept { return vabsq_f32(x); }
  /// The size of a with the sign of b.
  [[gnu::always_inline]] static Vec copy_sign(Vec a, Vec b) noexcept {
    return vbslq_f32(vdupq_n_u32(0x80000000U), b, a);
  }
  /// 1 / x to 2 units in the last place, for x of size 1e-37 to 1e37.
  [[gnu::always_inline]] static Vec reciprocal(Vec x) noexcept { return vdivq_f32(set1(1), x); }
  /// x * 2^n for whole n of size below 250; overflows to infinity and underflows to 0 by way of the denormal numbers.
  [[gnu::always_inline]] static Vec scale(Vec x, Vec n) noexcept {
    // In two steps, for 2^n alone need not be a number.
    const int32x4_t whole = vcvtq_s32_f32(n);
    const int32x4_t half = vshrq_n_s32(whole, 1);
    return vmulq_f32(vmulq_f32(x, power_of_2(half)), power_of_2(vsubq_s32(whole, half)));
  }
  /// The nearest whole number; of two the even one. For x of size below 2^20.
  [[gnu::always_inline]] static Vec round(Vec x) noexcept { return vrndnq_f32(x); }
  /// a < b ? x : y
  [[gnu::always_inline]] static Vec select_less(Vec a, Vec b, Vec x, Vec y) noexcept {
    return vbslq_f32(vcltq_f32(a, b), x, y);
  }

  /// The first n lanes of a, the others of b.
  [[gnu::always_inline]] static Vec select_part(Vec a, Vec b, int n) noexcept {
    static constexpr std::uint32_t kPlaces[] = {0, 1, 2, 3};
    return vbslq_f32(vcltq_u32(vld1q_u32(kPlaces), vdupq_n_u32(static_cast<std::uint32_t>(n))), a, b);
  }

  [[gnu::always_inline]] static float sum(Vec v) noexcept { return vaddvq_f32(v); }
  /// The largest lane; NaN if one is.
  [[gnu::always_inline]] static float highest(Vec v) noexcept { return vmaxvq_f32(v); }

  /// Rows become columns.
  [[gnu::always_inline]] static void transpose(Vec (&rows)[kLanes]) noexcept {
    const float32x4x2_t low = vtrnq_f32(rows[0], rows[1]);
    const float32x4x2_t high = vtrnq_f32(rows[2], rows[3]);
    rows[0] = vcombine_f32(vget_low_f32(low.val[0]), vget_low_f32(high.val[0]));
    rows[1] = vcombine_f32(vget_low_f32(low.val[1]), vget_low_f32(high.val[1]));
    rows[2] = vcombine_f32(vget_high_f32(low.val[0]), vget_high_f32(high.val[0]));
    rows[3] = vcombine_f32(vget_high_f32(low.val[1]), vget_high_f32(high.val[1]));
  }

  /// Keeps a value in a register.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+w"(v)); }

 private:
  [[gnu::always_inline]] static Vec power_of_2(int32x4_t n) noexcept {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
  }
};

}  // namespace exeunt::cpu
