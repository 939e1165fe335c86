#pragma once

#include "cpu/simd/neon_quads.h"

namespace exeunt::cpu {

/// NeonQuads in files compiled with the extension for products of matrices, whose functions have names of their own.
struct NeonI8mm : NeonQuads {
  /// Two pixels by two channels, both words of each.
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return vmmlaq_s32(c, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b));
  }
  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    NeonQuads::widen(from, count, to);
  }
};

}  // namespace exeunt::cpu
