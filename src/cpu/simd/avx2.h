#pragma once

#include <immintrin.h>

#include <cstdint>

namespace exeunt::cpu {

/// 8 floats a register, 16 registers. For files compiled with AVX2, FMA and F16C.
struct Avx2 {
  using Vec = __m256;
  static constexpr int kLanes = 8;
  static constexpr int kRegisters = 16;

  [[gnu::always_inline]] static Vec zero() noexcept { return _mm256_setzero_ps(); }
  [[gnu::always_inline]] static Vec set1(float x) noexcept { return _mm256_set1_ps(x); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return _mm256_loadu_ps(p); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { _mm256_storeu_ps(p, v); }
  /// The first `n` lanes, 0 <= n <= kLanes; the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept { return _mm256_maskload_ps(p, mask(n)); }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept { _mm256_maskstore_ps(p, mask(n), v); }

  /// IEEE halves as the floats that they are.
  [[gnu::always_inline]] static Vec load_halves(const std::uint16_t* p) noexcept {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }

  /// A word as an integer; the integer in its low half in units of 2^16.
  [[gnu::always_inline]] static Vec whole_of_word(Vec words) noexcept {
    return _mm256_cvtepi32_ps(_mm256_castps_si256(words));
  }
  [[gnu::always_inline]] static Vec whole_of_low_half(Vec words) noexcept {
    return _mm256_cvtepi32_ps(_mm256_slli_epi32(_mm256_castps_si256(words), 16));
  }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm256_add_ps(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm256_sub_ps(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm256_mul_ps(a, b); }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm256_fmadd_ps(a, b, c); }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return _mm256_fnmadd_ps(a, b, c); }
  /// NaN where x is NaN: the machine's max and min return their second operand then.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    return clamp_above(_mm256_max_ps(low, x), high);
  }
  [[gnu::always_inline]] static Vec clamp_above(Vec x, Vec high) noexcept { return _mm256_min_ps(high, x); }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    return _mm256_blendv_ps(_mm256_max_ps(a, b), a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }

  /// The smaller of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec min(Vec a, Vec b) noexcept {
    return _mm256_blendv_ps(_mm256_min_ps(a, b), a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }

  /// The larger of each pair; where one is NaN, b.
  [[gnu::always_inline]] static Vec max_number(Vec a, Vec b) noexcept { return _mm256_max_ps(a, b); }
  /// A set of lanes.
  using Lanes = __m256;
  [[gnu::always_inline]] static Lanes all_lanes() noexcept { return _mm256_castsi256_ps(_mm256_set1_epi32(-1)); }
  /// Those of `lanes` in which neither a nor b is NaN.
  [[gnu::always_inline]] static Lanes without_nan(Lanes lanes, Vec a, Vec b) noexcept {
    return _mm256_and_ps(lanes, _mm256_cmp_ps(a, b, _CMP_ORD_Q));
  }
  /// a in `lanes`, b in the others.
  [[gnu::always_inline]] static Vec select(Lanes lanes, Vec a, Vec b) noexcept { return _mm256_blendv_ps(b, a, lanes); }

  [[gnu::always_inline]] static Vec div(Vec a, Vec b) noexcept { return _mm256_div_ps(a, b); }
  /// 1 / sqrt(x) to some units in the last place, for x of size 1e-30 to 1e30.
  [[gnu::always_inline]] static Vec reciprocal_sqrt(Vec x) noexcept {
    const Vec y = _mm256_rsqrt_ps(x);
    // One step of Newton's method doubles the 12 bits.
    return mul(y, fnma(mul(mul(x, set1(0.5F)), y), y, set1(1.5F)));
  }
  [[gnu::always_inline]] static Vec sqrt(Vec x) noexcept { return _mm256_sqrt_ps(x); }
  [[gnu::always_inline]] static Vec abs(Vec x) noexcept { return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), x); }
  /// The size of a with the sign of b.
  [[gnu::always_inline]] static Vec copy_sign(Vec a, Vec b) noexcept {
    const __m256 sign = _mm256_set1_ps(-0.0F);
    return _mm256_or_ps(_mm256_andnot_ps(sign, a), _mm256_and_ps(sign, b));
  }
  /// 1 / x to 2 units in the last place, for x of size 1e-37 to 1e37.
  [[gnu::always_inline]] static Vec reciprocal(Vec x) noexcept { return _mm256_div_ps(_mm256_set1_ps(1), x); }
  /// x * 2^n for whole n of size below 250; overflows to infinity and underflows to 0 by way of the denormal numbers.
  [[gnu::always_inline]] static Vec scale(Vec x, Vec n) noexcept {
    // In two steps, for 2^n alone need not be a number.
    const __m256i whole = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(whole, 1);
    return _mm256_mul_ps(_mm256_mul_ps(x, power_of_2(half)), power_of_2(_mm256_sub_epi32(whole, half)));
  }
  /// The nearest whole number; of two the even one. For x of size below 2^20.
  [[gnu::always_inline]] static Vec round(Vec x) noexcept {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// a < b ? x : y
  [[gnu::always_inline]] static Vec select_less(Vec a, Vec b, Vec x, Vec y) noexcept {
    return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
  }

  /// The first n lanes of a, the others of b.
  [[gnu::always_inline]] static Vec select_part(Vec a, Vec b, int n) noexcept {
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(mask(n)));
  }

  [[gnu::always_inline]] static float sum(Vec v) noexcept {
    v = _mm256_add_ps(v, _mm256_permute2f128_ps(v, v, 1));
    v = _mm256_add_ps(v, _mm256_permute_ps(v, _MM_SHUFFLE(1, 0, 3, 2)));
    v = _mm256_add_ps(v, _mm256_permute_ps(v, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm256_cvtss_f32(v);
  }
  /// The largest lane; NaN if one is.
  [[gnu::always_inline]] static float highest(Vec v) noexcept {
    v = max(v, _mm256_permute2f128_ps(v, v, 1));
    v = max(v, _mm256_permute_ps(v, _MM_SHUFFLE(1, 0, 3, 2)));
    v = max(v, _mm256_permute_ps(v, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm256_cvtss_f32(v);
  }

  /// Rows become columns.
  [[gnu::always_inline]] static void transpose(Vec (&rows)[kLanes]) noexcept {
    Vec t[kLanes];
#pragma GCC unroll 8
    for (int i = 0; i < kLanes; i += 2) {
      t[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
    }
    // Now pairs; then fours, each in one half of a register.
#pragma GCC unroll 8
    for (int i = 0; i < kLanes; i += 4) {
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        const __m256d low = _mm256_castps_pd(t[i + half]);
        const __m256d high = _mm256_castps_pd(t[i + half + 2]);
        rows[i + 2 * half] = _mm256_castpd_ps(_mm256_unpacklo_pd(low, high));
        rows[i + 2 * half + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low, high));
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const Vec low = rows[i];
      rows[i] = _mm256_permute2f128_ps(low, rows[i + 4], 0x20);
      rows[i + 4] = _mm256_permute2f128_ps(low, rows[i + 4], 0x31);
    }
  }

  /// Keeps a value in a register: without it GCC reads the same operand from memory again in each use.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+x"(v)); }

 private:
  [[gnu::always_inline]] static __m256 power_of_2(__m256i n) noexcept {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
  [[gnu::always_inline]] static __m256i mask(int n) noexcept {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
};

}  // namespace exeunt::cpu
