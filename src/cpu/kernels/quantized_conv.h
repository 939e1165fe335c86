#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/kernels/conv_direct.h"

namespace exeunt::cpu {

/// What becomes of sums of products: QuantizedConv's rules.
struct Requantize {
  const float* scale = nullptr;  ///< whole tiles of channels
  const float* bias = nullptr;   ///< the same
  float low = 0, high = 0;
  int residual_zero = 0;
  float residual_scale = 0;
  int y_zero = 0;
  bool to_float = false;
  // For results that are bytes: y_zero twice as i16, and four times the byte that `low` becomes.
  std::int32_t y_zeros = 0;
  std::int32_t lows = 0;
};

/// A convolution on NHWC bytes, one row of results at a time. A 32-bit word holds some neighbouring numbers of a row in
/// the form in which the instruction set multiplies them, and begins at any of them; a run's last word may reach into
/// the next pixel, whose numbers zeros multiply. Otherwise as DirectConv.
struct QuantizedDirectConv {
  const float* weights = nullptr;       ///< words: [block of lanes][kernel row][run][word of the run][lane]
  const std::int32_t* start = nullptr;  ///< sums start from it: it takes the input's zero point out
  std::ptrdiff_t block_step = 0;
  int out_width = 0;
  int out_channels = 0;
  int kernel_height = 0;
  int runs = 0;
  int run = 0;                 ///< words
  std::ptrdiff_t x_pixel = 0;  ///< bytes
  std::ptrdiff_t x_run = 0;    ///< bytes
  Requantize requantize;
};

/// One row, as DirectConvFn. `residual` and `y` are the rows' first elements.
using QuantizedDirectConvFn = void (*)(const QuantizedDirectConv& conv, const float* const* rows, ChannelRange channels,
                                       const std::uint8_t* residual, std::byte* y) noexcept;

struct QuantizedDirectConvTile {
  int pixels = 0;
  int channels = 0;
  QuantizedDirectConvFn run = nullptr;
};

/// A 3x3 convolution of stride 1 or 2 by Winograd on integers, 4x4 results a patch, exact: patches of bytes are
/// transformed in 16 bits, multiplied as pairs of channels in words, transformed back in 32 bits that may wrap on the
/// way. Each sum comes out up to 24 * 24 times too large, of which 26 bits are left: sums must stay below 2^25.
struct QuantizedWinograd {
  int in_height = 0, in_width = 0, in_channels = 0;
  int out_height = 0, out_width = 0, out_channels = 0;
  int pad_top = 0, pad_left = 0;
  int patches_wide = 0;
  const std::uint8_t* zero_line = nullptr;  ///< a row of zero points, and a vector of shorts more
  int words = 0;                            ///< of a pixel's channels, whole vectors of shorts
  std::ptrdiff_t in_block = 0;              ///< words from a vector of shorts to the next, in transformed patches
  std::ptrdiff_t out_block = 0;             ///< words from a vector of channels to the next, in products
  std::ptrdiff_t in_point = 0;
  std::ptrdiff_t out_point = 0;
  const float* weights = nullptr;       ///< words: [point][block of lanes][word][lane]
  const std::int32_t* start = nullptr;  ///< added to the sums
  std::ptrdiff_t matrix_step = 0;
  int points = 0;
  const std::uint8_t* matrices = nullptr;  ///< each point's, whose weights it shares with others
  bool fetches_ahead = false;              ///< as in Winograd
  Requantize requantize;

  static constexpr int kResults = 4;
  static constexpr int kMatrices = 36;  ///< of both strides: stride 2 has six an axis for its nine points
};

/// Patches first .. first + count - 1, numbered row by row.
using QuantizedGatherFn = void (*)(const QuantizedWinograd& conv, int first, int count, const std::uint8_t* x,
                                   float* to) noexcept;
using QuantizedMultiplyFn = void (*)(const QuantizedWinograd& conv, int patches, const float* in, float* out) noexcept;
using QuantizedScatterFn = void (*)(const QuantizedWinograd& conv, int first, int count, const float* products,
                                    const std::uint8_t* residual, std::byte* y) noexcept;

struct QuantizedWinogradForm {
  QuantizedGatherFn gather = nullptr;
  QuantizedScatterFn scatter = nullptr;
};

struct QuantizedWinogradTile {
  int patches = 0;
  int channels = 0;
  QuantizedMultiplyFn multiply = nullptr;
};

/// QuantizedAdd of `count` numbers.
struct QuantizedAddition {
  std::ptrdiff_t count = 0;
  int a_zero = 0, b_zero = 0, y_zero = 0;
  float a_scale = 1, b_scale = 1;
  float low = 0, high = 0;
};
using QuantizedAddFn = void (*)(const QuantizedAddition& add, const std::uint8_t* a, const std::uint8_t* b,
                                std::uint8_t* y) noexcept;

/// The integer kernels of one instruction set.
struct QuantizedKernels {
  std::string_view isa;
  int lanes = 0;  ///< words in a vector
  int group = 0;  ///< channels in a word of a direct convolution
  /// Words of a run that an instruction takes at once. If two, blocks of weights have half as many lanes.
  int together = 1;
  bool is_signed = false;  ///< bytes are multiplied 128 below themselves, as signed ones
  std::span<const QuantizedDirectConvTile> direct;
  /// Bytes become the numbers of words.
  void (*widen)(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept = nullptr;
  int shorts = 0;  ///< channels that are transformed together; 0: no Winograd
  std::span<const QuantizedWinogradTile> winograd = {};
  std::span<const QuantizedWinogradForm> winograd_forms = {};  ///< of stride 1, and 2 where it pays
  QuantizedAddFn add = nullptr;
  /// Quantize to u8; NaN gives 0 like the least number.
  void (*quantize)(const float* x, std::ptrdiff_t count, float scale, int zero, std::uint8_t* y) noexcept = nullptr;
  void (*dequantize)(const std::uint8_t* x, std::ptrdiff_t count, float scale, int zero, float* y) noexcept = nullptr;
  /// Does nothing else, for measuring the machine: `group` products a word that it counts. Null without instructions.
  double (*multiply_add)(long rounds) noexcept = nullptr;
};

// Instruction sets with instructions for this.
const QuantizedKernels& avx512_vnni_kernels() noexcept;
const QuantizedKernels& avx512_quantized_kernels() noexcept;
const QuantizedKernels& avx2_vnni_kernels() noexcept;
const QuantizedKernels& avx2_quantized_kernels() noexcept;
const QuantizedKernels& neon_dotprod_kernels() noexcept;
const QuantizedKernels& neon_i8mm_kernels() noexcept;
const QuantizedKernels& scalar_quantized_kernels() noexcept;

/// The best ones that go with active_kernels() on this machine; those of the kernel `wanted` ("avx2_int8_add") if it
/// names one of theirs.
const QuantizedKernels& active_quantized_kernels(std::string_view wanted = {});

}  // namespace exeunt::cpu
