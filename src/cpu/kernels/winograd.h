#pragma once

#include <cstddef>
#include <cstdint>

namespace exeunt::cpu {

/// A convolution on NHWC floats by minimal filtering: patches of the input are transformed, multiplied point by point
/// (over all patches a matrix product for each point) and transformed back. Zero padding is made up on the way.
///
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; points 0, 1, -1, 2, -2,
/// 1/2, -1/2 and infinity, as many as a patch needs.
struct Winograd {
  int in_height = 0, in_width = 0, in_channels = 0;
  int out_height = 0, out_width = 0, out_channels = 0;
  int pad_top = 0, pad_left = 0;
  int patches_wide = 0;
  std::ptrdiff_t block = 0;      ///< floats from a vector of channels to the next, in transformed patches and products
  std::ptrdiff_t in_point = 0;   ///< floats from a point's transformed patches to those of the next one
  std::ptrdiff_t out_point = 0;  ///< the same for products
  /// [matrix][block of lanes][in channel][lane]; of tiles of shorts [matrix][block of lanes][pair of in
  /// channels][lane], words of two 16-bit integers, the first channel in the high half.
  const float* weights = nullptr;
  std::ptrdiff_t scales_at = 0;    ///< floats from the weights to what shorts count in, [matrix][channel]
  const float* bias = nullptr;     ///< whole tiles, zeros behind the last channel
  std::ptrdiff_t matrix_step = 0;  ///< floats from a matrix to the next one
  bool fetches_ahead = false;      ///< fetch the next tile's weights meanwhile; only `..._ahead` functions heed it
  float low = 0;                   ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// Patches [first, first + count), numbered row by row.
struct PatchRange {
  int first = 0;
  int count = 0;
};

/// Transforms patches of x: to[point][vector of channels][patch][lane].
using WinogradGatherFn = void (*)(const Winograd& conv, PatchRange patches, const float* x, float* to) noexcept;

/// Transforms products, laid out as the transformed patches are, back: y = clamp(results + residual); residual may be
/// null and does not overlap y.
/// @param channels  a range of channels that starts with a vector
using WinogradScatterFn = void (*)(const Winograd& conv, PatchRange patches, int first_channel, int last_channel,
                                   const float* products, const float* residual, float* y) noexcept;

/// One way to transform: `results` x `results` results of a `kernel` x `kernel` filter a patch.
struct WinogradForm {
  int kernel = 0;
  int stride = 0;
  int results = 0;
  int points = 0;              ///< products a patch
  int matrices = 0;            ///< different matrices of weights among the points
  int bias_point = 0;          ///< the point whose product goes into each result exactly once, or the first of several
  int bias_points = 0;         ///< how many points carry the bias; each result gets one of them
  const std::uint8_t* matrix;  ///< of each point; null: its own
  WinogradGatherFn gather = nullptr;
  WinogradScatterFn scatter = nullptr;
};

/// The products of all points for patches 0 .. patches - 1, a multiple of the tile's, and channels [first, last).
using WinogradMultiplyFn = void (*)(const Winograd& conv, const WinogradForm& form, int patches, int first_channel,
                                    int last_channel, const float* in, float* out) noexcept;

/// A register tile: `patches` times `channels` output channels.
struct WinogradTile {
  int patches = 0;
  int channels = 0;
  WinogradMultiplyFn multiply = nullptr;
  bool has_shorts = false;  ///< weights are 16-bit integers
};

/// Pairs of input channels in weights of 16 bits: whole runs of the kernel's loop, whose last words may be zero.
constexpr int short_pairs(int channels, int lanes) {
  const int run = lanes < 8 ? lanes : 8;
  return (channels + run - 1) / run * run / 2;
}

/// Channels rounded up to whole vectors or tiles.
constexpr int rounded_up(int count, int unit) { return (count + unit - 1) / unit * unit; }

}  // namespace exeunt::cpu
