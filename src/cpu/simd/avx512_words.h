#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "cpu/simd/avx512.h"

namespace exeunt::cpu {

/// AVX-512 on 32-bit words that hold two i16 each, as Avx2Pairs. For files compiled with AVX-512 F, BW, DQ and VL.
struct Avx512Pairs {
  using Vec = __m512i;
  using Float = Avx512;
  static constexpr int kLanes = 16;
  static constexpr int kGroup = 2;

  [[gnu::always_inline]] static Vec zero() noexcept { return _mm512_setzero_si512(); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return _mm512_loadu_si512(p); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { _mm512_storeu_si512(p, v); }
  [[gnu::always_inline]] static Vec set1(float word) noexcept { return _mm512_castps_si512(_mm512_set1_ps(word)); }
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return _mm512_add_epi32(c, _mm512_madd_epi16(a, b));
  }
  [[gnu::always_inline]] static void pin([[maybe_unused]] Vec& v) noexcept {
#ifndef EXEUNT_EMULATED  // whose vectors no register holds
    asm volatile("" : "+v"(v));
#endif
  }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm512_add_epi32(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm512_sub_epi32(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm512_mullo_epi32(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_left(Vec a) noexcept {
    return _mm512_slli_epi32(a, kBits);
  }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_right(Vec a) noexcept {
    return _mm512_srai_epi32(a, kBits);
  }
  [[gnu::always_inline]] static Vec set_int(std::int32_t x) noexcept { return _mm512_set1_epi32(x); }
  [[gnu::always_inline]] static __m512 to_float(Vec v) noexcept { return _mm512_cvtepi32_ps(v); }
  [[gnu::always_inline]] static __m512 multiply_add(__m512 a, __m512 b, __m512 c) noexcept {
    return _mm512_fmadd_ps(a, b, c);
  }
  [[gnu::always_inline]] static Vec round(__m512 v) noexcept { return _mm512_cvtps_epi32(v); }

  [[gnu::always_inline]] static Vec load_bytes(const std::uint8_t* p) noexcept {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Vec load_bytes_part(const std::uint8_t* p, int n) noexcept {
    return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask(n), p));
  }
  [[gnu::always_inline]] static void store_bytes(std::uint8_t* p, Vec v) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes_of(v));
  }
  [[gnu::always_inline]] static void store_bytes_part(std::uint8_t* p, Vec v, int n) noexcept {
    _mm_mask_storeu_epi8(p, mask(n), bytes_of(v));
  }

  /// As Avx2Pairs has it.
  template <int kVecs>
  [[gnu::always_inline]] static void store_bytes_of(std::uint8_t* to, std::ptrdiff_t step, const Vec (&v)[4], Vec zeros,
                                                    Vec lows) noexcept {
    const Vec first = _mm512_adds_epi16(_mm512_packs_epi32(v[0], v[1]), zeros);
    const Vec second = kVecs > 2 ? _mm512_adds_epi16(_mm512_packs_epi32(v[2], v[3]), zeros) : first;
    const Vec bytes = _mm512_max_epu8(_mm512_packus_epi16(first, second), lows);
    // Four bytes of each vector in each quarter.
    const Vec order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const Vec turned = _mm512_permutexvar_epi32(order, bytes);
    store_quarter(to, _mm512_castsi512_si128(turned));
    if constexpr (kVecs > 1) store_quarter(to + step, _mm512_extracti32x4_epi32(turned, 1));
    if constexpr (kVecs > 2) store_quarter(to + 2 * step, _mm512_extracti32x4_epi32(turned, 2));
    if constexpr (kVecs > 3) store_quarter(to + 3 * step, _mm512_extracti32x4_epi32(turned, 3));
  }

  // Half registers: a vector of channels is then no wider than the narrowest layers.
  static constexpr int kShorts = 16;
  using Shorts = __m256i;
  [[gnu::always_inline]] static Shorts load_shorts(const std::uint8_t* p) noexcept {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static void store_shorts(float* p, Shorts v) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  [[gnu::always_inline]] static Shorts reload_shorts(const float* p) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static Shorts add_shorts(Shorts a, Shorts b) noexcept { return _mm256_add_epi16(a, b); }
  [[gnu::always_inline]] static Shorts sub_shorts(Shorts a, Shorts b) noexcept { return _mm256_sub_epi16(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Shorts shift_shorts(Shorts a) noexcept {
    return _mm256_slli_epi16(a, kBits);
  }

  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    auto* shorts = reinterpret_cast<std::int16_t*>(to);
    std::ptrdiff_t i = 0;
    for (; i + 32 <= count; i += 32) {
      _mm512_storeu_si512(shorts + i,
                          _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
    }
    for (; i < count; ++i) shorts[i] = from[i];
  }

 private:
  [[gnu::always_inline]] static void store_quarter(std::uint8_t* to, __m128i bytes) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  }
  [[gnu::always_inline]] static __mmask16 mask(int n) noexcept {
    return static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1);
  }
  /// Saturates: values above 255 and below 0 come from results next to the bounds.
  [[gnu::always_inline]] static __m128i bytes_of(Vec v) noexcept {
    return _mm512_cvtusepi32_epi8(_mm512_max_epi32(v, _mm512_setzero_si512()));
  }
};

#ifdef __AVX512VNNI__

/// Pairs with an instruction of their own.
struct Avx512VnniPairs : Avx512Pairs {
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm512_dpwssd_epi32(c, a, b); }
};

/// Words of four bytes: i8 weights times u8 values.
struct Avx512VnniQuads : Avx512Pairs {
  static constexpr int kGroup = 4;
  [[gnu::always_inline]] static Vec fma(Vec weight, Vec x, Vec c) noexcept { return _mm512_dpbusd_epi32(c, x, weight); }
  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    std::memcpy(to, from, static_cast<std::size_t>(count));
  }
};

#endif

}  // namespace exeunt::cpu
