#pragma once

#include <cstddef>

#include "cpu/kernels/strided.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// A register tile of results: `kRows` rows of `kVecs` vectors.
template <class S, int kRows, int kVecs>
using Tile = typename S::Vec[kRows][kVecs];

/// acc[p][z] += *value(p) * weight[z]
template <class S, int kRows, int kVecs, class Value>
[[gnu::always_inline]] inline void multiply_tile(Tile<S, kRows, kVecs>& acc, const typename S::Vec (&weight)[kVecs],
                                                 const Value& value) noexcept {
  unrolled<kRows>(
      [&](auto p, Tile<S, kRows, kVecs>& row_acc) EXEUNT_INLINE {
        typename S::Vec x = S::set1(*value(p));
        // With one vector of channels the broadcast folds into the multiplication for nothing.
        if constexpr (kVecs > 1) S::pin(x);
        unrolled<kVecs>(
            [&](auto z, typename S::Vec(&a)[kVecs]) EXEUNT_INLINE {
              a[z] = S::fma(weight[z], x, a[z]);
              S::pin(a[z]);
            },
            row_acc[p]);
      },
      acc);
}

template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void fill_tile(Tile<S, kRows, kVecs>& acc,
                                             const typename S::Vec (&start)[kVecs]) noexcept {
  unrolled<kRows * kVecs>(
      [&](auto i, Tile<S, kRows, kVecs>& a) EXEUNT_INLINE { a[i / kVecs][i % kVecs] = start[i % kVecs]; }, acc);
}

/// Four rows of x share a base register.
constexpr int bases_of(int rows) { return (rows + 3) / 4; }

/// acc[p][z] += x[p][k] * w[z][k]
template <class S, int kRows, int kVecs, int k>
[[gnu::always_inline]] inline void add_product(Tile<S, kRows, kVecs>& acc, const float* const (&x)[bases_of(kRows)],
                                               const Stride& x_step, const float* w, const Stride& w_step) noexcept {
  typename S::Vec weight[kVecs];
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
    weight[z] = S::load(w_step.from(w, z) + k * S::kLanes);
    S::pin(weight[z]);
  });
  multiply_tile<S, kRows, kVecs>(acc, weight, [&](auto p) EXEUNT_INLINE { return x_step.from(x[p / 4], p % 4) + k; });
}

/// One register tile of a matrix product, the loop in which the time goes:
/// acc[p][z] += x[p * x_step + k] * w[z * w_step + k * lanes] for 0 <= k < count.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void accumulate(Tile<S, kRows, kVecs>& acc, const float* x, const Stride& x_step,
                                              const float* w, const Stride& w_step, int count) noexcept {
  const float* base[bases_of(kRows)];
  unrolled<bases_of(kRows)>(
      [&](auto b, auto& p) EXEUNT_INLINE { p[b] = b == 0 ? x : x_step.from(p[b == 0 ? 0 : b - 1], 4); }, base);
  const auto advance = [](auto b, auto& p, int k) EXEUNT_INLINE {
    p[b] += k;
    keep(p[b]);
  };
  constexpr int kUnroll = 4;
  int step = kUnroll;
  for (; count >= kUnroll; count -= kUnroll) {
    add_product<S, kRows, kVecs, 0>(acc, base, x_step, w, w_step);
    add_product<S, kRows, kVecs, 1>(acc, base, x_step, w, w_step);
    add_product<S, kRows, kVecs, 2>(acc, base, x_step, w, w_step);
    add_product<S, kRows, kVecs, 3>(acc, base, x_step, w, w_step);
    w += kUnroll * S::kLanes;
    unrolled<bases_of(kRows)>(advance, base, step);
  }
  step = 1;
  for (; count > 0; --count) {
    add_product<S, kRows, kVecs, 0>(acc, base, x_step, w, w_step);
    w += S::kLanes;
    unrolled<bases_of(kRows)>(advance, base, step);
  }
}

}  // namespace exeunt::cpu
