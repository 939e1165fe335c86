#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace exeunt::cpu {

/// Functions of one float; what alpha and beta mean says ops::Unary.
enum class Map : std::uint8_t {
  abs,
  clamp,
  elu,
  erf,
  exp,
  gelu,
  gelu_tanh,
  hard_sigmoid,
  hard_swish,
  leaky_relu,
  mish,
  negate,
  reciprocal,
  sigmoid,
  sqrt,
  swish,
  tanh
};
inline constexpr std::size_t kMaps = 17;

/// y[i] = function(x[i]) for `count` floats; y may be x.
using MapFn = void (*)(const float* x, float* y, std::ptrdiff_t count, float alpha, float beta) noexcept;
using MapTable = std::array<MapFn, kMaps>;

/// Functions of two floats.
enum class Pairing : std::uint8_t { add, div, max, min, mul, sub };
inline constexpr std::size_t kPairings = 6;

/// Which operands are one float for all elements.
enum class Repeated : std::uint8_t { none, first, second };
inline constexpr std::size_t kRepeated = 3;

/// y[i] = function(a[i], b[i]); a repeated operand is read at 0 only. y may be one of the operands.
using PairFn = void (*)(const float* a, const float* b, float* y, std::ptrdiff_t count) noexcept;
using PairTable = std::array<std::array<PairFn, kRepeated>, kPairings>;

/// y[i] = x[i] * scale[i] + shift[i], clamped to [low, high]; `scale` and `shift` are read at 0 only if `repeated`.
using ScaleShiftFn = void (*)(const float* x, const float* scale, const float* shift, bool repeated, float low,
                              float high, float* y, std::ptrdiff_t count) noexcept;

struct ElementwiseKernels {
  const MapTable* maps = nullptr;
  const PairTable* pairs = nullptr;
  ScaleShiftFn scale_shift = nullptr;

  MapFn map(Map function) const noexcept { return (*maps)[static_cast<std::size_t>(function)]; }
  PairFn pair(Pairing function, Repeated repeated) const noexcept {
    return (*pairs)[static_cast<std::size_t>(function)][static_cast<std::size_t>(repeated)];
  }
};

}  // namespace exeunt::cpu
