#pragma once

#include <immintrin.h>

namespace exeunt::cpu {

/// 8 floats a register, 16 registers. For files compiled with AVX2 and FMA.
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

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm256_add_ps(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm256_sub_ps(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm256_mul_ps(a, b); }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm256_fmadd_ps(a, b, c); }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return _mm256_fnmadd_ps(a, b, c); }
  /// NaN where x is NaN: the machine's max and min return their second operand then.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    return _mm256_min_ps(high, _mm256_max_ps(low, x));
  }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    return _mm256_blendv_ps(_mm256_max_ps(a, b), a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }

  /// Keeps a value in a register: without it GCC reads the same operand from memory again in each use.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+x"(v)); }

 private:
  [[gnu::always_inline]] static __m256i mask(int n) noexcept {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
};

}  // namespace exeunt::cpu
