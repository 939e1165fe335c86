#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "cpu/kernels/strided.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// A register tile of results: `kRows` rows of `kVecs` vectors.
template <class S, int kRows, int kVecs>
using Tile = typename S::Vec[kRows][kVecs];

/// What lies at p in all lanes. Words of narrower numbers need not be aligned as floats are.
template <class S>
[[gnu::always_inline]] inline typename S::Vec broadcast(const float* p) noexcept {
  float word;
  std::memcpy(&word, p, sizeof word);
  return S::set1(word);
}

/// Instruction sets without an instruction that multiplies and adds words: two in a row, for which some machines pick
/// the execution unit too early to alternate well.
template <class S>
concept AddsApart = S::kAddsApart;

/// multiply_tile of rows kFrom and kFrom + 1: all products before all sums.
template <class S, int kFrom, int kRows, int kVecs, class Value>
[[gnu::always_inline]] inline void multiply_rows_apart(Tile<S, kRows, kVecs>& acc,
                                                       const typename S::Vec (&weight)[kVecs],
                                                       const Value& value) noexcept {
  typename S::Vec product[2][kVecs];
  unrolled<2>([&](auto p) EXEUNT_INLINE {
    typename S::Vec x = broadcast<S>(value(std::integral_constant<int, kFrom + p>{}));
    S::pin(x);
    unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
      product[p][z] = S::product(weight[z], x);
      S::pin(product[p][z]);
    });
  });
  unrolled<2 * kVecs>(
      [&](auto i, Tile<S, kRows, kVecs>& a) EXEUNT_INLINE {
        typename S::Vec& sum = a[kFrom + i / kVecs][i % kVecs];
        sum = S::add(sum, product[i / kVecs][i % kVecs]);
        S::pin(sum);
      },
      acc);
}

/// acc[p][z] += *value(p) * weight[z]
template <class S, int kRows, int kVecs, class Value>
[[gnu::always_inline]] inline void multiply_tile(Tile<S, kRows, kVecs>& acc, const typename S::Vec (&weight)[kVecs],
                                                 const Value& value) noexcept {
  // Of the tiles of which this leaves registers enough the others gain nothing.
  if constexpr (AddsApart<S> && kVecs == 2 && kRows == 4) {
    multiply_rows_apart<S, 0, kRows, kVecs>(acc, weight, value);
    multiply_rows_apart<S, 2, kRows, kVecs>(acc, weight, value);
    return;
  }
  unrolled<kRows>(
      [&](auto p, Tile<S, kRows, kVecs>& row_acc) EXEUNT_INLINE {
        typename S::Vec x = broadcast<S>(value(p));
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

/// Instruction sets that multiply by one lane of a vector: a value needs no broadcast there.
template <class S>
concept MultipliesByLane = requires(typename S::Vec v) {
  S::template fma_lane<0>(v, v, v);
};

/// acc[p][z] += x[p][k] * *weight(z)
template <class S, int kRows, int kVecs, int k, class Weight>
[[gnu::always_inline]] inline void multiply_tile_by_lane(Tile<S, kRows, kVecs>& acc, const typename S::Vec (&x)[kRows],
                                                         const Weight& weight) noexcept {
  typename S::Vec w[kVecs];
  unrolled<kVecs>([&](auto z, typename S::Vec(&to)[kVecs]) EXEUNT_INLINE { to[z] = S::load(weight(z)); }, w);
  unrolled<kRows * kVecs>(
      [&](auto i, Tile<S, kRows, kVecs>& a) EXEUNT_INLINE {
        a[i / kVecs][i % kVecs] = S::template fma_lane<k>(w[i % kVecs], x[i / kVecs], a[i / kVecs][i % kVecs]);
      },
      acc);
}

/// acc[p][z] += value(p)[k] * weight(z)[k * lanes] for all lanes k: one load of x gives the factors of that many.
template <class S, int kRows, int kVecs, class Value, class Weight>
[[gnu::always_inline]] inline void multiply_tile_by_lanes(Tile<S, kRows, kVecs>& acc, const Value& value,
                                                          const Weight& weight) noexcept {
  typename S::Vec x[kRows];
  unrolled<kRows>([&](auto p, typename S::Vec(&to)[kRows]) EXEUNT_INLINE { to[p] = S::load(value(p)); }, x);
  unrolled<S::kLanes>(
      [&](auto k, Tile<S, kRows, kVecs>& a, const typename S::Vec(&from)[kRows]) EXEUNT_INLINE {
        multiply_tile_by_lane<S, kRows, kVecs, decltype(k)::value>(
            a, from, [&](auto z) EXEUNT_INLINE { return weight(z) + k * S::kLanes; });
      },
      acc, x);
}

template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void fill_tile(Tile<S, kRows, kVecs>& acc,
                                             const typename S::Vec (&start)[kVecs]) noexcept {
  unrolled<kRows * kVecs>(
      [&](auto i, Tile<S, kRows, kVecs>& a) EXEUNT_INLINE { a[i / kVecs][i % kVecs] = start[i % kVecs]; }, acc);
}

/// Stores a tile, row by row.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void spill_tile(Tile<S, kRows, kVecs>& acc, float* to) noexcept {
  unrolled<kRows * kVecs>([=](auto i, Tile<S, kRows, kVecs>& a)
                              EXEUNT_INLINE { S::store(to + i * S::kLanes, a[i / kVecs][i % kVecs]); },
                          acc);
}

/// Four rows of x share a base register.
constexpr int bases_of(int rows) { return (rows + 3) / 4; }

template <int kRows>
[[gnu::always_inline]] inline void set_bases(const float* (&base)[bases_of(kRows)], const float* x,
                                             const Stride& x_step) noexcept {
  unrolled<bases_of(kRows)>(
      [&](auto b, auto& p) EXEUNT_INLINE { p[b] = b == 0 ? x : x_step.from(p[b == 0 ? 0 : b - 1], 4); }, base);
}

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

/// The floats k that `accumulate` takes at once.
constexpr int kProductUnroll = 4;

template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void add_products(Tile<S, kRows, kVecs>& acc, const float* const (&x)[bases_of(kRows)],
                                                const Stride& x_step, const float* w, const Stride& w_step) noexcept {
  if constexpr (MultipliesByLane<S>) {
    static_assert(S::kLanes == kProductUnroll);
    multiply_tile_by_lanes<S, kRows, kVecs>(
        acc, [&](auto p) EXEUNT_INLINE { return x_step.from(x[p / 4], p % 4); },
        [&](auto z) EXEUNT_INLINE { return w_step.from(w, z); });
  } else {
    add_product<S, kRows, kVecs, 0>(acc, x, x_step, w, w_step);
    add_product<S, kRows, kVecs, 1>(acc, x, x_step, w, w_step);
    add_product<S, kRows, kVecs, 2>(acc, x, x_step, w, w_step);
    add_product<S, kRows, kVecs, 3>(acc, x, x_step, w, w_step);
  }
}

/// One register tile of a matrix product, the loop in which the time goes:
/// acc[p][z] += x[p * x_step + k] * w[z * w_step + k * lanes] for 0 <= k < count.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void accumulate(Tile<S, kRows, kVecs>& acc, const float* x, const Stride& x_step,
                                              const float* w, const Stride& w_step, int count) noexcept {
  const float* base[bases_of(kRows)];
  set_bases<kRows>(base, x, x_step);
  const auto advance = [](auto b, auto& p, int k) EXEUNT_INLINE {
    p[b] += k;
    keep(p[b]);
  };
  int step = kProductUnroll;
  for (; count >= kProductUnroll; count -= kProductUnroll) {
    add_products<S, kRows, kVecs>(acc, base, x_step, w, w_step);
    w += kProductUnroll * S::kLanes;
    unrolled<bases_of(kRows)>(advance, base, step);
  }
  step = 1;
  for (; count > 0; --count) {
    add_product<S, kRows, kVecs, 0>(acc, base, x_step, w, w_step);
    w += S::kLanes;
    unrolled<bases_of(kRows)>(advance, base, step);
  }
}

/// The same for a count that is known when compiling: without loops, whose start and end cost more than they do.
template <class S, int kRows, int kVecs, int kCount>
[[gnu::always_inline]] inline void accumulate_all(Tile<S, kRows, kVecs>& acc, const float* const (&x)[bases_of(kRows)],
                                                  const Stride& x_step, const float* w, const Stride& w_step) noexcept {
  if constexpr (kCount > 0) {
    accumulate_all<S, kRows, kVecs, kCount - 1>(acc, x, x_step, w, w_step);
    add_product<S, kRows, kVecs, kCount - 1>(acc, x, x_step, w, w_step);
  }
}

/// Asks for the lines that lie `ahead` floats behind `count` floats of each of a tile's rows of weights.
template <int kVecs, std::ptrdiff_t count>
[[gnu::always_inline]] inline void fetch_ahead(const float* w, const Stride& w_step, std::ptrdiff_t ahead) noexcept {
  constexpr std::ptrdiff_t kLine = 64 / sizeof(float);
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
    const float* next = w_step.from(w, z) + ahead;
    for (std::ptrdiff_t at = 0; at < count; at += kLine) __builtin_prefetch(next + at);
  });
}

}  // namespace exeunt::cpu
