#pragma once

#include <immintrin.h>

#include <cstdint>

#include "cpu/simd/avx2.h"

namespace exeunt::cpu {

/// AVX2 on 32-bit words that hold two i16 each: a product is the sum of both products, in 32 bits.
/// Memory is typed as floats, whose bits are never looked at as such.
struct Avx2Pairs {
  using Vec = __m256i;
  using Float = Avx2;
  static constexpr int kLanes = 8;
  static constexpr int kGroup = 2;  ///< numbers in a word

  [[gnu::always_inline]] static Vec zero() noexcept { return _mm256_setzero_si256(); }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  /// The word in all lanes.
  [[gnu::always_inline]] static Vec set1(float word) noexcept { return _mm256_castps_si256(_mm256_set1_ps(word)); }
  static constexpr bool kAddsApart = true;
  [[gnu::always_inline]] static Vec product(Vec a, Vec b) noexcept { return _mm256_madd_epi16(a, b); }
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return add(c, product(a, b)); }
  [[gnu::always_inline]] static void pin(Vec& v) noexcept { asm volatile("" : "+x"(v)); }

  // 32-bit integers.
  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return _mm256_add_epi32(a, b); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return _mm256_sub_epi32(a, b); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return _mm256_mullo_epi32(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_left(Vec a) noexcept {
    return _mm256_slli_epi32(a, kBits);
  }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_right(Vec a) noexcept {
    return _mm256_srai_epi32(a, kBits);
  }
  [[gnu::always_inline]] static Vec set_int(std::int32_t x) noexcept { return _mm256_set1_epi32(x); }
  [[gnu::always_inline]] static __m256 to_float(Vec v) noexcept { return _mm256_cvtepi32_ps(v); }
  [[gnu::always_inline]] static __m256 multiply_add(__m256 a, __m256 b, __m256 c) noexcept {
    return _mm256_fmadd_ps(a, b, c);
  }
  /// The nearest integers; of two the even one.
  [[gnu::always_inline]] static Vec round(__m256 v) noexcept { return _mm256_cvtps_epi32(v); }

  /// A vector of bytes as integers.
  [[gnu::always_inline]] static Vec load_bytes(const std::uint8_t* p) noexcept {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static Vec load_bytes_part(const std::uint8_t* p, int n) noexcept {
    alignas(8) std::uint8_t bytes[kLanes] = {};
    for (int i = 0; i < n; ++i) bytes[i] = p[i];
    return load_bytes(bytes);
  }
  /// Saturates to bytes.
  [[gnu::always_inline]] static void store_bytes(std::uint8_t* p, Vec v) noexcept {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), bytes_of(v));
  }
  [[gnu::always_inline]] static void store_bytes_part(std::uint8_t* p, Vec v, int n) noexcept {
    alignas(8) std::uint8_t bytes[kLanes];
    store_bytes(bytes, v);
    for (int i = 0; i < n; ++i) p[i] = bytes[i];
  }

  /// Bytes of kVecs vectors of integers, `step` apart: saturated twice on the way, with `zeros` added between, as i16,
  /// and no less than `lows`. v[kVecs - 1] is in the places behind, too.
  template <int kVecs>
  [[gnu::always_inline]] static void store_bytes_of(std::uint8_t* to, std::ptrdiff_t step, const Vec (&v)[4], Vec zeros,
                                                    Vec lows) noexcept {
    const Vec first = _mm256_adds_epi16(_mm256_packs_epi32(v[0], v[1]), zeros);
    const Vec second = kVecs > 2 ? _mm256_adds_epi16(_mm256_packs_epi32(v[2], v[3]), zeros) : first;
    const Vec bytes = _mm256_max_epu8(_mm256_packus_epi16(first, second), lows);
    // Four bytes of each vector in each half.
    const __m128i low = _mm256_castsi256_si128(bytes);
    const __m128i high = _mm256_extracti128_si256(bytes, 1);
    store_halves<kVecs>(to, step, _mm_unpacklo_epi32(low, high));
    if constexpr (kVecs > 2) store_halves<kVecs - 2>(to + 2 * step, step, _mm_unpackhi_epi32(low, high));
  }

  // Vectors of i16, twice as many as lanes: the words of `Vec` in halves.
  static constexpr int kShorts = 16;
  using Shorts = __m256i;
  [[gnu::always_inline]] static Shorts load_shorts(const std::uint8_t* p) noexcept {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  [[gnu::always_inline]] static void store_shorts(float* p, Shorts v) noexcept { store(p, v); }
  [[gnu::always_inline]] static Shorts reload_shorts(const float* p) noexcept { return load(p); }
  [[gnu::always_inline]] static Shorts add_shorts(Shorts a, Shorts b) noexcept { return _mm256_add_epi16(a, b); }
  [[gnu::always_inline]] static Shorts sub_shorts(Shorts a, Shorts b) noexcept { return _mm256_sub_epi16(a, b); }
  template <int kBits>
  [[gnu::always_inline]] static Shorts shift_shorts(Shorts a) noexcept {
    return _mm256_slli_epi16(a, kBits);
  }

  /// Bytes become the numbers of words.
  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    auto* shorts = reinterpret_cast<std::int16_t*>(to);
    std::ptrdiff_t i = 0;
    for (; i + kShorts <= count; i += kShorts)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(shorts + i), load_shorts(from + i));
    for (; i < count; ++i) shorts[i] = from[i];
  }

 private:
  using Unaligned [[gnu::aligned(1), gnu::may_alias]] = double;
  template <int kHalves>
  [[gnu::always_inline]] static void store_halves(std::uint8_t* to, std::ptrdiff_t step, __m128i bytes) noexcept {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
    if constexpr (kHalves > 1) *reinterpret_cast<Unaligned*>(to + step) = _mm_castsi128_pd(bytes)[1];
  }
  [[gnu::always_inline]] static __m128i bytes_of(Vec v) noexcept {
    const __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return _mm_packus_epi16(shorts, shorts);
  }
};

}  // namespace exeunt::cpu
