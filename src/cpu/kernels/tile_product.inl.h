#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Keeps a pointer in a register of its own. Without it GCC makes one pointer for each pixel of a tile, more than there
/// are registers, and reads them back from the stack in the innermost loop.
[[gnu::always_inline]] inline void keep(const float*& p) noexcept { asm volatile("" : "+r"(p)); }

/// One register tile of a matrix product, the loop in which the time goes:
/// acc[p][z] += x[p * x_step + k] * w[z * w_step + k * lanes] for 0 <= k < count.
template <class S, int kPixels, int kVecs>
[[gnu::always_inline]] inline void accumulate(typename S::Vec (&acc)[kPixels][kVecs], const float* x,
                                              std::ptrdiff_t x_step, const float* w, std::ptrdiff_t w_step,
                                              int count) noexcept {
  // A base register reaches four pixels: base, + step, + 2 * step, + 3 * step, each an address that x86 can form.
  constexpr int kBases = (kPixels + 3) / 4;
  const float* base[kBases];
#pragma GCC unroll 8
  for (int b = 0; b < kBases; ++b) base[b] = x + 4 * b * x_step;
  const std::ptrdiff_t x_step3 = 3 * x_step;
  const std::ptrdiff_t w_step3 = 3 * w_step;
  const auto add = [&](int k) __attribute__((always_inline)) {
    typename S::Vec weight[kVecs];
#pragma GCC unroll 8
    for (int z = 0; z < kVecs; ++z) {
      weight[z] = S::load(w + (z == 3 ? w_step3 : z * w_step) + k * S::kLanes);
      S::pin(weight[z]);
    }
#pragma GCC unroll 32
    for (int p = 0; p < kPixels; ++p) {
      typename S::Vec value = S::set1(base[p / 4][(p % 4 == 3 ? x_step3 : p % 4 * x_step) + k]);
      // With one vector of channels the broadcast folds into the multiplication for nothing.
      if constexpr (kVecs > 1) S::pin(value);
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) acc[p][z] = S::fma(weight[z], value, acc[p][z]);
    }
  };
  constexpr int kUnroll = 4;
  const auto advance = [&](int k) __attribute__((always_inline)) {
    w += k * S::kLanes;
    keep(w);
#pragma GCC unroll 8
    for (int b = 0; b < kBases; ++b) {
      base[b] += k;
      keep(base[b]);
    }
  };
  for (; count >= kUnroll; count -= kUnroll) {
#pragma GCC unroll 4
    for (int k = 0; k < kUnroll; ++k) add(k);
    advance(kUnroll);
  }
  for (; count > 0; --count) {
    add(0);
    advance(1);
  }
}

}  // namespace exeunt::cpu
