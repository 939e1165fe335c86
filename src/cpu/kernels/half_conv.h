#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/dtype.h"
#include "cpu/kernels/conv_direct.h"
#include "cpu/kernels/pool.h"
#include "cpu/kernels/winograd.h"

namespace exeunt::cpu {

/// One row as DirectConvFn, on NHWC 16-bit floats: steps in rows of x and in weights count 32-bit words of two
/// neighbouring channels. Weights are [block of lanes][kernel row][run][word of the run][lane][number of the word], or
/// with HalfKernels::group 1 [...][number of the run][lane]. The bias is f32.
using HalfDirectConvFn = void (*)(const DirectConv& conv, const float* const* rows, ChannelRange channels,
                                  const std::uint16_t* residual, std::uint16_t* y) noexcept;

struct HalfDirectConvTile {
  int pixels = 0;
  int channels = 0;
  HalfDirectConvFn run = nullptr;
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

/// The kernels of one instruction set on one type of 16-bit floats.
struct HalfKernels {
  std::string_view name;  ///< instruction set and type, what names of kernels start with
  int lanes = 0;          ///< results in a vector of sums
  int group = 2;          ///< neighbouring channels whose weights lie together
  std::span<const HalfDirectConvTile> direct;
  std::span<const Bf16WinogradForm> winograd_forms = {};
  std::span<const Bf16WinogradTile> winograd = {};
  Pool2dFn max_pool = nullptr;  ///< channels are words of two
  void (*narrow)(const float* x, std::ptrdiff_t count, std::uint16_t* y) noexcept = nullptr;
  void (*widen)(const std::uint16_t* x, std::ptrdiff_t count, float* y) noexcept = nullptr;
  /// Does nothing else, for measuring the machine: two products a word that it counts. Null without instructions.
  double (*multiply_add)(long rounds) noexcept = nullptr;
};

const HalfKernels& avx512_bf16_kernels() noexcept;
/// For machines without instructions for this: slower than f32.
const HalfKernels& scalar_bf16_kernels() noexcept;

/// IEEE halves that are multiplied as such, and added in runs of at most kHalfRun before they become f32.
const HalfKernels& neon_fp16_kernels() noexcept;

/// A whole number of vectors, or a kernel of 3x3 over three channels (which lie as four). More makes runs less exact
/// and their ends rarer.
inline constexpr int kHalfRun = 36;

/// The best ones for bf16 or f16 that go with active_kernels() on this machine; those of the kernel `wanted` if it
/// names one of theirs. Null if there are none for this type.
const HalfKernels* active_half_kernels(DType dtype, std::string_view wanted = {});

// Whether active_half_kernels() have instructions for products of the type.
bool has_fast_bf16();
bool has_fast_fp16();

}  // namespace exeunt::cpu
