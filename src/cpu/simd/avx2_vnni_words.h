#pragma once

#include <cstring>

#include "cpu/simd/avx2_pairs.h"

namespace exeunt::cpu {

/// Avx2Pairs with an instruction of their own. For files compiled with AVX-VNNI.
struct Avx2VnniPairs : Avx2Pairs {
  static constexpr bool kAddsApart = false;
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return _mm256_dpwssd_avx_epi32(c, a, b); }
};

/// Words of four bytes: i8 weights times u8 values.
struct Avx2VnniQuads : Avx2Pairs {
  static constexpr int kGroup = 4;
  static constexpr bool kAddsApart = false;
  [[gnu::always_inline]] static Vec fma(Vec weight, Vec x, Vec c) noexcept {
    return _mm256_dpbusd_avx_epi32(c, x, weight);
  }
  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    std::memcpy(to, from, static_cast<std::size_t>(count));
  }
};

}  // namespace exeunt::cpu
