#pragma once

#include <immintrin.h>

#include <cstdint>

#include "cpu/simd/avx512.h"

namespace exeunt::cpu {

/// AVX-512 with BF16: `fma` multiplies 32-bit words of two bf16 each and adds both products to a float; everything else
/// is on floats. For files compiled with AVX-512 F, BW, DQ, VL and BF16. Its products and conversions take denormal
/// numbers for zero.
struct Avx512Bf16 : Avx512 {
  using Float = Avx512;

  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  [[gnu::always_inline]] static void pin([[maybe_unused]] Vec& v) noexcept {
#ifndef EXEUNT_EMULATED  // whose vectors no register holds
    asm volatile("" : "+v"(v));
#endif
  }

  // Between bf16 in memory and floats; `n` lanes, the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec widen(const std::uint16_t* p) noexcept {
    return floats(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  [[gnu::always_inline]] static Vec widen_part(const std::uint16_t* p, int n) noexcept {
    return floats(_mm256_maskz_loadu_epi16(mask(n), p));
  }
  [[gnu::always_inline]] static void narrow(std::uint16_t* p, Vec v) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), halves(v));
  }
  [[gnu::always_inline]] static void narrow_part(std::uint16_t* p, Vec v, int n) noexcept {
    _mm256_mask_storeu_epi16(p, mask(n), halves(v));
  }

 private:
  [[gnu::always_inline]] static Vec floats(__m256i halves) noexcept {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
  }
  [[gnu::always_inline]] static __m256i halves(Vec v) noexcept {
    return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v));
  }
  [[gnu::always_inline]] static __mmask16 mask(int n) noexcept {
    return static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U);
  }
};

}  // namespace exeunt::cpu
