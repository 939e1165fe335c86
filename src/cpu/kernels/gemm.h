#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/kernels/elementwise.h"

namespace exeunt::cpu {

/// A matrix product: y = function(a * b + bias + residual), all floats. Strides count floats.
///
/// The right matrix is packed (PackFn): panels of as many columns as a register tile is wide, each
/// [row][columns of the panel]; the last panel is as many whole vectors as its columns need.
struct Gemm {
  int rows = 0;
  int columns = 0;
  int depth = 0;                ///< columns of a, rows of b
  std::ptrdiff_t a_row = 0;     ///< from an element of a to the one below it
  std::ptrdiff_t a_column = 0;  ///< to the one on its right
  std::ptrdiff_t y_row = 0;     ///< of y and the residual, whose columns lie side by side
  float low = 0;                ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
  MapFn map = nullptr;  ///< what follows that, if anything
  float alpha = 0;
  float beta = 0;
};

/// `bias` (one a column, whole vectors) and `residual` may be null. y must not overlap an operand, but may be the
/// residual.
using GemmFn = void (*)(const Gemm& gemm, const float* a, const float* packed_b, const float* bias,
                        const float* residual, float* y) noexcept;

/// Packs a right matrix: `row` and `column` are the floats from an element to the one below and beside it.
using PackFn = void (*)(const float* b, std::ptrdiff_t row, std::ptrdiff_t column, int depth, int columns,
                        float* packed) noexcept;

/// The same for one row, with a right matrix of IEEE halves, packed as the floats would be: sums are those of the
/// floats that the halves are.
using HalfGemmFn = void (*)(const Gemm& gemm, const float* a, const std::uint16_t* packed_b, const float* bias,
                            const float* residual, float* y) noexcept;

struct GemmKernels {
  GemmFn run = nullptr;
  HalfGemmFn run_halves = nullptr;
  PackFn pack = nullptr;
  int panel = 0;  ///< columns of a whole panel
};

}  // namespace exeunt::cpu
