#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "cpu/kernels/gemm.h"
#include "cpu/kernels/strided.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// Vectors of columns in a whole panel. With 32 registers a tile of 6 rows by 4 vectors needs the fewest loads; with 16
/// one of 6 by 2.
template <class S>
inline constexpr int kPanelVecs = S::kRegisters >= 32 ? 4 : 2;

/// Rows of the register tile beside `vecs` vectors of columns: what is left after those of b and one of a.
template <class S>
constexpr int tile_rows(int vecs) noexcept {
  const int fit = (S::kRegisters - vecs - 1) / vecs;
  return fit > 16 ? 16 : fit - fit % 2;
}

/// acc[r][z] += a[r][k] * b[k][z] over `depth` values of k: the loop in which the time goes.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void multiply(typename S::Vec (&acc)[kRows][kVecs], const Gemm& gemm, int depth,
                                            const float* a, const float* b) noexcept {
  const std::ptrdiff_t row = gemm.a_row;
  const std::ptrdiff_t column = gemm.a_column;
  for (int k = depth; k > 0; --k, a += column, b += kVecs * S::kLanes) {
    typename S::Vec weight[kVecs];
    unrolled<kVecs>(
        [=](auto z, typename S::Vec(&to)[kVecs]) EXEUNT_INLINE {
          to[z] = S::load(b + z * S::kLanes);
          S::pin(to[z]);
        },
        weight);
    const float* from = a;
    unrolled<kRows>(
        [&](auto r, typename S::Vec(&sums)[kRows][kVecs], const float*& four) EXEUNT_INLINE {
          typename S::Vec value = S::set1(four[r % 4 * row]);
          // With one vector of columns the broadcast folds into the multiplication for nothing.
          if constexpr (kVecs > 1) S::pin(value);
          if constexpr (r % 4 == 3) {
            four += 4 * row;
            keep(four);
          }
          unrolled<kVecs>([&](auto z, typename S::Vec(&to)[kVecs])
                              EXEUNT_INLINE { to[z] = S::fma(weight[z], value, to[z]); },
                          sums[r]);
        },
        acc, from);
  }
}

/// Adds a residual to a tile whose last vector has `lanes` columns.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void add_rows(typename S::Vec (&acc)[kRows][kVecs], std::ptrdiff_t row, int lanes,
                                            const float* residual) noexcept {
  const float* last = residual + (kVecs - 1) * S::kLanes;
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int z = 0; z < kVecs - 1; ++z) acc[r][z] = S::add(acc[r][z], S::load(residual + z * S::kLanes));
    residual += row;
    keep(residual);
  }
  if (lanes == S::kLanes) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      acc[r][kVecs - 1] = S::add(acc[r][kVecs - 1], S::load(last));
      last += row;
      keep(last);
    }
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      acc[r][kVecs - 1] = S::add(acc[r][kVecs - 1], S::load_part(last, lanes));
      last += row;
      keep(last);
    }
  }
}

/// Adds the residual, clamps and stores a tile whose last vector has `lanes` columns. What does not depend on one
/// of them being there or not is in the program once: tiles of all heights make up much of it.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_rows(typename S::Vec (&acc)[kRows][kVecs], const Gemm& gemm, int lanes,
                                              const float* residual, float* y) noexcept {
  const typename S::Vec low = S::set1(gemm.low);
  const typename S::Vec high = S::set1(gemm.high);
  const std::ptrdiff_t row = gemm.y_row;
  if (residual != nullptr) add_rows<S>(acc, row, lanes, residual);
  float* last = y + (kVecs - 1) * S::kLanes;
  if constexpr (kVecs > 1) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int z = 0; z < kVecs - 1; ++z) S::store(y + z * S::kLanes, S::clamp(acc[r][z], low, high));
      y += row;
      keep(y);
    }
  }
  if (lanes == S::kLanes) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      S::store(last, S::clamp(acc[r][kVecs - 1], low, high));
      last += row;
      keep(last);
    }
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      S::store_part(last, S::clamp(acc[r][kVecs - 1], low, high), lanes);
      last += row;
      keep(last);
    }
  }
}

constexpr int kStretch = 32;

template <class S, int kRows, int kVecs>
void gemm_tile(const Gemm& gemm, int lanes, const float* a, const float* b, const float* bias, const float* residual,
               float* y, const float* next, int ahead) noexcept {
  typename S::Vec acc[kRows][kVecs];
#pragma GCC unroll 4
  for (int z = 0; z < kVecs; ++z) {
    const typename S::Vec start = bias == nullptr ? S::zero() : S::load(bias + z * S::kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) acc[r][z] = start;
  }
  for (int rest = gemm.depth; rest > 0; rest -= kStretch) {
    const int stretch = std::min(rest, kStretch);
    if (stretch < rest) {
      for (int i = 0; i < ahead; i += 16) __builtin_prefetch(next + i, 0, 2);
      next += ahead;
    }
    multiply<S>(acc, gemm, stretch, a, b);
    a += kStretch * gemm.a_column;
    b += kStretch * kVecs * S::kLanes;
  }
  store_rows<S>(acc, gemm, lanes, residual, y);
}

template <class S>
[[gnu::always_inline]] inline typename S::Vec load_weights(const float* p) noexcept {
  return S::load(p);
}
template <class S>
[[gnu::always_inline]] inline typename S::Vec load_weights(const std::uint16_t* p) noexcept {
  return S::load_halves(p);
}

/// One row: kSums values of k at a time, so that as many sums as hide the latency are under way. b is of floats or
/// halves.
template <class S, int kVecs, class Number>
void gemm_row(const Gemm& gemm, int lanes, const float* a, const Number* b, const float* bias, const float* residual,
              float* y, const float*, int) noexcept {
  // Widening takes more time than the latency of plain vectors: one sum there, and less of a program.
  constexpr bool kIsPlain = S::kRegisters < 16 && sizeof(Number) < sizeof(float);
  constexpr int kSums = kIsPlain ? 1 : kVecs >= 4 ? 4 : kVecs >= 2 ? 6 : 8;
  typename S::Vec acc[kSums][kVecs];
#pragma GCC unroll 8
  for (int u = 0; u < kSums; ++u) {
#pragma GCC unroll 4
    for (int z = 0; z < kVecs; ++z) acc[u][z] = u > 0 || bias == nullptr ? S::zero() : S::load(bias + z * S::kLanes);
  }
  int k = 0;
  for (; k + kSums <= gemm.depth; k += kSums) {
#pragma GCC unroll 8
    for (int u = 0; u < kSums; ++u, b += kVecs * S::kLanes) {
      const typename S::Vec value = S::set1(a[(k + u) * gemm.a_column]);
#pragma GCC unroll 4
      for (int z = 0; z < kVecs; ++z) acc[u][z] = S::fma(load_weights<S>(b + z * S::kLanes), value, acc[u][z]);
    }
  }
  for (; k < gemm.depth; ++k, b += kVecs * S::kLanes) {
    const typename S::Vec value = S::set1(a[k * gemm.a_column]);
#pragma GCC unroll 4
    for (int z = 0; z < kVecs; ++z) acc[0][z] = S::fma(load_weights<S>(b + z * S::kLanes), value, acc[0][z]);
  }
  typename S::Vec sum[1][kVecs];
#pragma GCC unroll 4
  for (int z = 0; z < kVecs; ++z) {
    sum[0][z] = acc[0][z];
#pragma GCC unroll 8
    for (int u = 1; u < kSums; ++u) sum[0][z] = S::add(sum[0][z], acc[u][z]);
  }
  store_rows<S>(sum, gemm, lanes, residual, y);
}

using GemmTileFn = void (*)(const Gemm& gemm, int lanes, const float* a, const float* b, const float* bias,
                            const float* residual, float* y, const float* next, int ahead) noexcept;

/// The tiles of 1 to tile_rows rows.
template <class S, int kVecs, int... kRowsLess1>
constexpr std::array<GemmTileFn, sizeof...(kRowsLess1)> tiles_of(std::integer_sequence<int, kRowsLess1...>) noexcept {
  return {gemm_tile<S, kRowsLess1 + 1, kVecs>...};
}

/// A panel of kVecs vectors, the last one with `lanes` columns, in tiles of nearly equal height.
template <class S, int kVecs>
void gemm_panel(const Gemm& gemm, int lanes, const float* a, const float* b, const float* bias, const float* residual,
                float* y) noexcept {
  constexpr int kRows = tile_rows<S>(kVecs);
  static constexpr std::array<GemmTileFn, kRows> kTiles = tiles_of<S, kVecs>(std::make_integer_sequence<int, kRows>());
  const int columns = (kVecs - 1) * S::kLanes + lanes;
  const int tiles = (gemm.rows + kRows - 1) / kRows;
  int row = 0;
  const float* next = b + static_cast<std::ptrdiff_t>(gemm.depth) * kVecs * S::kLanes;
  const int ahead = (kStretch * kVecs * S::kLanes / tiles + 15) / 16 * 16;
  for (int tile = 0; tile < tiles; ++tile) {
    const int count = (gemm.rows - row + tiles - tile - 1) / (tiles - tile);
    const float* from = a + row * gemm.a_row;
    float* to = y + row * gemm.y_row;
    const float* other = residual == nullptr ? nullptr : residual + row * gemm.y_row;
    const GemmTileFn run = gemm.rows == 1 ? gemm_row<S, kVecs, float> : kTiles.data()[count - 1];
    run(gemm, lanes, from, b, bias, other, to, next, ahead);
    next += static_cast<std::ptrdiff_t>(ahead) * (gemm.depth / kStretch);
    if (gemm.map != nullptr) {
      for (int r = 0; r < count; ++r, to += gemm.y_row) gemm.map(to, to, columns, gemm.alpha, gemm.beta);
    }
    row += count;
  }
}

/// The same of one row and of halves.
template <class S, int kVecs>
void gemm_panel(const Gemm& gemm, int lanes, const float* a, const std::uint16_t* b, const float* bias,
                const float* residual, float* y) noexcept {
  gemm_row<S, kVecs>(gemm, lanes, a, b, bias, residual, y, nullptr, 0);
  if (gemm.map != nullptr) gemm.map(y, y, (kVecs - 1) * S::kLanes + lanes, gemm.alpha, gemm.beta);
}

/// The last panel, of `vecs` vectors.
template <class S, int kVecs, class Number>
[[gnu::always_inline]] inline void gemm_last_panel(const Gemm& gemm, int vecs, int lanes, const float* a,
                                                   const Number* b, const float* bias, const float* residual,
                                                   float* y) noexcept {
  if constexpr (kVecs > 1) {
    if (vecs < kVecs) return gemm_last_panel<S, kVecs - 1>(gemm, vecs, lanes, a, b, bias, residual, y);
  }
  gemm_panel<S, kVecs>(gemm, lanes, a, b, bias, residual, y);
}

template <class S, class Number>
void gemm(const Gemm& gemm, const float* a, const Number* packed_b, const float* bias, const float* residual,
          float* y) noexcept {
  constexpr int kVecs = kPanelVecs<S>;
  constexpr int kPanel = kVecs * S::kLanes;
  const Number* b = packed_b;
  for (int column = 0; column < gemm.columns; column += kPanel, b += static_cast<std::ptrdiff_t>(gemm.depth) * kPanel) {
    const int columns = std::min(kPanel, gemm.columns - column);
    const int vecs = (columns + S::kLanes - 1) / S::kLanes;
    gemm_last_panel<S, kVecs>(gemm, vecs, columns - (vecs - 1) * S::kLanes, a, b,
                              bias == nullptr ? nullptr : bias + column,
                              residual == nullptr ? nullptr : residual + column, y + column);
  }
}

/// `count` rows of b, each `width` floats (whole vectors) with `lanes` in the last one.
template <class S>
[[gnu::always_inline]] inline void pack_rows(const float* b, std::ptrdiff_t row, int depth, int width, int lanes,
                                             float* packed) noexcept {
  for (int k = 0; k < depth; ++k, b += row, packed += width) {
    for (int n = 0; n < width - S::kLanes; n += S::kLanes) S::store(packed + n, S::load(b + n));
    S::store(packed + width - S::kLanes, S::load_part(b + width - S::kLanes, lanes));
  }
}

/// `lanes` columns of b, of which each lies together: squares of vectors are turned.
template <class S>
[[gnu::always_inline]] inline void pack_columns(const float* b, std::ptrdiff_t column, int depth, int width, int lanes,
                                                float* packed) noexcept {
  for (int k = 0; k < depth; k += S::kLanes, b += S::kLanes) {
    const int rows = std::min(S::kLanes, depth - k);
    typename S::Vec square[S::kLanes];
#pragma GCC unroll 16
    for (int n = 0; n < S::kLanes; ++n) {
      square[n] = n >= lanes          ? S::zero()
                  : rows == S::kLanes ? S::load(b + n * column)
                                      : S::load_part(b + n * column, rows);
    }
    S::transpose(square);
#pragma GCC unroll 16
    for (int n = 0; n < S::kLanes; ++n) {
      if (n < rows) S::store(packed + n * static_cast<std::ptrdiff_t>(width), square[n]);
    }
    packed += S::kLanes * static_cast<std::ptrdiff_t>(width);
  }
}

template <class S>
void pack_matrix(const float* b, std::ptrdiff_t row, std::ptrdiff_t column, int depth, int columns,
                 float* packed) noexcept {
  constexpr int kPanel = kPanelVecs<S> * S::kLanes;
  for (int first = 0; first < columns; first += kPanel) {
    const int count = std::min(kPanel, columns - first);
    const int width = (count + S::kLanes - 1) / S::kLanes * S::kLanes;
    const float* from = b + first * column;
    if (column == 1) {
      pack_rows<S>(from, row, depth, width, count - width + S::kLanes, packed);
    } else if (row == 1) {
      for (int n = 0; n < width; n += S::kLanes)
        pack_columns<S>(from + n * column, column, depth, width, std::min(S::kLanes, count - n), packed + n);
    } else {
      for (int k = 0; k < depth; ++k) {
        for (int n = 0; n < width; ++n)
          packed[static_cast<std::ptrdiff_t>(k) * width + n] = n < count ? from[k * row + n * column] : 0;
      }
    }
    packed += static_cast<std::ptrdiff_t>(depth) * width;
  }
}

template <class S>
inline constexpr GemmKernels kGemm = {gemm<S, float>, gemm<S, std::uint16_t>, pack_matrix<S>, kPanelVecs<S>* S::kLanes};

}  // namespace exeunt::cpu
