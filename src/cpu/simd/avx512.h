#pragma once

#include <immintrin.h>

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

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm512_add_ps(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm512_sub_ps(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm512_mul_ps(a, b); }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm512_fmadd_ps(a, b, c); }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return _mm512_fnmadd_ps(a, b, c); }
  /// NaN where x is NaN: the machine's max and min return their second operand then.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    return _mm512_min_ps(high, _mm512_max_ps(low, x));
  }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    return _mm512_mask_mov_ps(_mm512_max_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }

  /// Keeps a value in a register: without it GCC reads the same operand from memory again in each use.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+v"(v)); }

 private:
  [[gnu::always_inline]] static __mmask16 mask(int n) noexcept { return static_cast<__mmask16>((1U << n) - 1U); }
};

}  // namespace exeunt::cpu
