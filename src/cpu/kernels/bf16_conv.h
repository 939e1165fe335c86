#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/kernels/conv_direct.h"
#include "cpu/kernels/pool.h"
#include "cpu/kernels/winograd.h"

namespace exeunt::cpu {

/// One row as DirectConvFn, on NHWC bf16: steps in rows of x and in weights count 32-bit words of two neighbouring
/// channels, weights are [block of lanes][kernel row][run][word of the run][lane]; the bias is f32, sums are.
using Bf16DirectConvFn = void (*)(const DirectConv& conv, const float* const* rows, ChannelRange channels,
                                  const std::uint16_t* residual, std::uint16_t* y) noexcept;

struct Bf16DirectConvTile {
  int pixels = 0;
  int channels = 0;
  Bf16DirectConvFn run = nullptr;
};

/// F(2x2, 3x3) or F(4x4, 3x3) on NHWC bf16: transforms in f32, transformed patches and weights in words of two bf16,
/// products in f32. What Winograd says of the input counts words; `out_channels` are channels. The number of input
/// channels is even.
struct Bf16Winograd : Winograd {
  int words = 0;                 ///< of a pixel's channels, whole vectors
  std::ptrdiff_t out_block = 0;  ///< floats from a vector of channels to the next, in products
};

using Bf16MultiplyFn = void (*)(const Bf16Winograd& conv, int points, int patches, const float* in,
                                float* out) noexcept;
using Bf16ScatterFn = void (*)(const Bf16Winograd& conv, PatchRange patches, const float* products,
                               const std::uint16_t* residual, std::uint16_t* y) noexcept;

struct Bf16WinogradForm {
  int results = 0;
  WinogradGatherFn gather = nullptr;
  Bf16ScatterFn scatter = nullptr;

  constexpr int points() const noexcept { return (results + 2) * (results + 2); }
};

struct Bf16WinogradTile {
  int patches = 0;
  int channels = 0;
  Bf16MultiplyFn multiply = nullptr;
};

/// The bf16 kernels of one instruction set.
struct Bf16Kernels {
  std::string_view isa;
  int lanes = 0;  ///< floats in a vector
  std::span<const Bf16DirectConvTile> direct;
  std::span<const Bf16WinogradForm> winograd_forms;
  std::span<const Bf16WinogradTile> winograd;
  Pool2dFn max_pool = nullptr;  ///< channels are words of two
  void (*narrow)(const float* x, std::ptrdiff_t count, std::uint16_t* y) noexcept = nullptr;
  void (*widen)(const std::uint16_t* x, std::ptrdiff_t count, float* y) noexcept = nullptr;
  /// Does nothing else, for measuring the machine: two products a word that it counts. Null without instructions.
  double (*multiply_add)(long rounds) noexcept = nullptr;
};

const Bf16Kernels& avx512_bf16_kernels() noexcept;
/// For machines without instructions for this: slower than f32.
const Bf16Kernels& scalar_bf16_kernels() noexcept;

/// The best ones that go with active_kernels() on this machine; those of the kernel `wanted` if it names one of theirs.
const Bf16Kernels& active_bf16_kernels(std::string_view wanted = {});

/// Whether active_bf16_kernels() have instructions for products of bf16.
bool has_fast_bf16();

}  // namespace exeunt::cpu
