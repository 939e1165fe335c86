#pragma once

#include <immintrin.h>

#include <cstdint>

namespace exeunt::cpu {

/// 16 floats a register, 32 registers. For files compiled with AVX-512 F, BW, DQ and VL.
struct Avx512 {
  using Vec = __m512;
  static constexpr int kLanes = 16;
  static constexpr int kRegisters = 32;

  [[gnu::always_inline]] static Vec zero() noexcept { return _mm512_setzero_ps(); }
  [[gnu::always_inline]] static Vec set1(float x) noexcept { return _mm512_set1_ps(x); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return _mm512_loadu_ps(p); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { _mm512_storeu_ps(p, v); }
  /// The first `n` lanes, 0 <= n <= kLanes; the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept {
    return _mm512_maskz_loadu_ps(mask(n), p);
  }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept {
    _mm512_mask_storeu_ps(p, mask(n), v);
  }

  /// IEEE halves as the floats that they are.
  [[gnu::always_inline]] static Vec load_halves(const std::uint16_t* p) noexcept {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }

  /// A word as an integer; the integer in its low half in units of 2^16.
  [[gnu::always_inline]] static Vec whole_of_word(Vec words) noexcept {
    return _mm512_cvtepi32_ps(_mm512_castps_si512(words));
  }
  [[gnu::always_inline]] static Vec whole_of_low_half(Vec words) noexcept {
    return _mm512_cvtepi32_ps(_mm512_slli_epi32(_mm512_castps_si512(words), 16));
  }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm512_add_ps(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm512_sub_ps(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm512_mul_ps(a, b); }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm512_fmadd_ps(a, b, c); }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return _mm512_fnmadd_ps(a, b, c); }
  /// NaN where x is NaN: the machine's max and min return their second operand then.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    return clamp_above(_mm512_max_ps(low, x), high);
  }
  [[gnu::always_inline]] static Vec clamp_above(Vec x, Vec high) noexcept { return _mm512_min_ps(high, x); }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    return _mm512_mask_mov_ps(_mm512_max_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }

  /// The smaller of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec min(Vec a, Vec b) noexcept {
    return _mm512_mask_mov_ps(_mm512_min_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }

  /// The larger of each pair; where one is NaN, b.
  [[gnu::always_inline]] static Vec max_number(Vec a, Vec b) noexcept { return _mm512_max_ps(a, b); }
  /// A set of lanes.
  using Lanes = __mmask16;
  [[gnu::always_inline]] static Lanes all_lanes() noexcept { return 0xffff; }
  /// Those of `lanes` in which neither a nor b is NaN.
  [[gnu::always_inline]] static Lanes without_nan(Lanes lanes, Vec a, Vec b) noexcept {
    return _mm512_mask_cmp_ps_mask(lanes, a, b, _CMP_ORD_Q);
  }
  /// a in `lanes`, b in the others.
  [[gnu::always_inline]] static Vec select(Lanes lanes, Vec a, Vec b) noexcept {
    return _mm512_mask_mov_ps(b, lanes, a);
  }

  [[gnu::always_inline]] static Vec div(Vec a, Vec b) noexcept { return _mm512_div_ps(a, b); }
  /// 1 / sqrt(x) to some units in the last place, for x of size 1e-30 to 1e30.
  [[gnu::always_inline]] static Vec reciprocal_sqrt(Vec x) noexcept {
    const Vec y = _mm512_rsqrt14_ps(x);
    // One step of Newton's method doubles the 14 bits.
    return mul(y, fnma(mul(mul(x, set1(0.5F)), y), y, set1(1.5F)));
  }
  [[gnu::always_inline]] static Vec sqrt(Vec x) noexcept { return _mm512_sqrt_ps(x); }
  [[gnu::always_inline]] static Vec abs(Vec x) noexcept { return _mm512_abs_ps(x); }
  /// The size of a with the sign of b.
  [[gnu::always_inline]] static Vec copy_sign(Vec a, Vec b) noexcept {
    const __m512 sign = _mm512_set1_ps(-0.0F);
    return _mm512_or_ps(_mm512_andnot_ps(sign, a), _mm512_and_ps(sign, b));
  }
  /// 1 / x to 2 units in the last place, for x of size 1e-37 to 1e37. A division takes four times as long.
  [[gnu::always_inline]] static Vec reciprocal(Vec x) noexcept {
    const __m512 guess = _mm512_rcp14_ps(x);
    return _mm512_fmadd_ps(guess, _mm512_fnmadd_ps(x, guess, _mm512_set1_ps(1)), guess);
  }
  /// x * 2^n for whole n of size below 2^20; overflows to infinity and underflows to 0 by way of the denormal numbers.
  [[gnu::always_inline]] static Vec scale(Vec x, Vec n) noexcept { return _mm512_scalef_ps(x, n); }
  /// The nearest whole number; of two the even one. For x of size below 2^20.
  [[gnu::always_inline]] static Vec round(Vec x) noexcept {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// a < b ? x : y
  [[gnu::always_inline]] static Vec select_less(Vec a, Vec b, Vec x, Vec y) noexcept {
    return _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), x);
  }

  /// The first n lanes of a, the others of b.
  [[gnu::always_inline]] static Vec select_part(Vec a, Vec b, int n) noexcept {
    return _mm512_mask_mov_ps(b, mask(n), a);
  }

  [[gnu::always_inline]] static float sum(Vec v) noexcept {
    v = add(v, swapped_halves(v));
    v = add(v, swapped_quarters(v));
    v = add(v, swapped_pairs(v));
    return _mm512_cvtss_f32(add(v, swapped_lanes(v)));
  }
  /// The largest lane; NaN if one is.
  [[gnu::always_inline]] static float highest(Vec v) noexcept {
    v = max(v, swapped_halves(v));
    v = max(v, swapped_quarters(v));
    v = max(v, swapped_pairs(v));
    return _mm512_cvtss_f32(max(v, swapped_lanes(v)));
  }

  /// Rows become columns.
  [[gnu::always_inline]] static void transpose(Vec (&rows)[kLanes]) noexcept {
    Vec t[kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i += 2) {
      t[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    // Now pairs; then fours, each in one quarter of a register.
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i += 4) {
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        const __m512d low = _mm512_castps_pd(t[i + half]);
        const __m512d high = _mm512_castps_pd(t[i + half + 2]);
        rows[i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
        rows[i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      t[i] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], _MM_SHUFFLE(2, 0, 2, 0));
      t[i + 4] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], _MM_SHUFFLE(3, 1, 3, 1));
      t[i + 8] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], _MM_SHUFFLE(2, 0, 2, 0));
      t[i + 12] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], _MM_SHUFFLE(3, 1, 3, 1));
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      rows[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], _MM_SHUFFLE(2, 0, 2, 0));
      rows[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], _MM_SHUFFLE(3, 1, 3, 1));
      rows[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], _MM_SHUFFLE(2, 0, 2, 0));
      rows[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], _MM_SHUFFLE(3, 1, 3, 1));
    }
  }

  /// Keeps a value in a register: without it GCC reads the same operand from memory again in each use.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+v"(v)); }

 private:
  // With a mask that leaves nothing out: GCC 12 takes what the plain forms start from for an uninitialised value.
  static constexpr __mmask16 kAll = 0xffff;
  [[gnu::always_inline]] static Vec swapped_halves(Vec v) noexcept {
    return _mm512_maskz_shuffle_f32x4(kAll, v, v, _MM_SHUFFLE(1, 0, 3, 2));
  }
  [[gnu::always_inline]] static Vec swapped_quarters(Vec v) noexcept {
    return _mm512_maskz_shuffle_f32x4(kAll, v, v, _MM_SHUFFLE(2, 3, 0, 1));
  }
  [[gnu::always_inline]] static Vec swapped_pairs(Vec v) noexcept {
    return _mm512_maskz_permute_ps(kAll, v, _MM_SHUFFLE(1, 0, 3, 2));
  }
  [[gnu::always_inline]] static Vec swapped_lanes(Vec v) noexcept {
    return _mm512_maskz_permute_ps(kAll, v, _MM_SHUFFLE(2, 3, 0, 1));
  }
  [[gnu::always_inline]] static __mmask16 mask(int n) noexcept { return static_cast<__mmask16>((1U << n) - 1U); }
};

}  // namespace exeunt::cpu
