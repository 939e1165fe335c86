#include <algorithm>

#include "base/text.h"
#include "cpu/conv_candidates.h"
#include "cpu/conv_step.h"
#include "cpu/float_weights.h"
#include "cpu/input_rows.h"
#include "cpu/packed_args.h"

namespace exeunt::cpu {

namespace {

class DirectConvArgs : public PackedArgs<DirectConv> {
 public:
  DirectConvFn kernel = nullptr;
  ConvStep step;
  InputRows rows;
  int out_height = 0;
  int pixels = 0;       ///< of a tile
  bool is_row = false;  ///< one row of an input without padding under a kernel of one row
  int chunk = 0;        ///< channels whose weights stay in the second-level cache while the image passes by
};

/// Columns of a result that is one row, whole tiles each but for the last part.
void run_columns(const DirectConvArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const int width = args.conv.out_width;
  const Share tiles = Share::of(width / args.pixels, part, parts);
  if (tiles.first == tiles.last) return;
  const int first = tiles.first * args.pixels;
  DirectConv conv = args.conv;
  conv.out_width = (part + 1 == parts ? width : tiles.last * args.pixels) - first;
  args.step.for_each_sample(operands, part, [&](const float* x, const float* residual, float* y, float*) {
    const float* from = x + first * conv.x_pixel;
    const std::ptrdiff_t at = first * static_cast<std::ptrdiff_t>(conv.out_channels);
    for (int channel = 0; channel < conv.out_channels; channel += args.chunk) {
      args.kernel(conv, &from, {channel, std::min(channel + args.chunk, conv.out_channels)},
                  residual == nullptr ? nullptr : residual + at, y + at);
    }
  });
}

void run_part(const DirectConvArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  if (parts > 1 && args.is_row) return run_columns(args, operands, part, parts);
  const Share rows = Share::of(args.out_height, part, parts);
  const std::ptrdiff_t row_floats = args.step.result_numbers / args.out_height;
  args.step.for_each_sample(operands, part, [&](const float* x, const float* residual, float* y, float* scratch) {
    for (int first = 0; first < args.conv.out_channels; first += args.chunk) {
      const ChannelRange channels{first, std::min(first + args.chunk, args.conv.out_channels)};
      args.rows.for_each_row(x, scratch, rows.first, rows.last, [&](int row, const float* const* from) {
        const std::ptrdiff_t at = row * row_floats;
        args.kernel(args.conv, from, channels, residual == nullptr ? nullptr : residual + at, y + at);
      });
    }
  });
}

void run_direct_conv(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const DirectConvArgs&>(args), operands, 0, 1);
}

void run_direct_conv_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const DirectConvArgs&>(args), operands, part, parts);
}

/// [block of lanes][kernel row][kernel column][in channel][lane], then the bias; zeros where channels end.
PackedWeights pack_direct_weights(const NodeView& node, int lanes, std::int64_t padded) {
  const Shape& shape = node.weights(1)->shape();
  const std::int64_t out = shape[0];
  const std::int64_t in = shape[1];
  const std::int64_t taps = shape.elements() / std::max<std::int64_t>(1, out * in);
  const std::size_t floats = static_cast<std::size_t>(padded * (taps * in + 1));
  return node.packer.pack(
      node.weights(1), node.weights(2), formatted("direct {} {}", lanes, padded), floats, [&](std::span<float> to) {
        Tensor storage;
        const float* from = floats_of(*node.weights(1), storage).span<float>().data();
        for (std::int64_t o = 0; o < out; ++o) {
          for (std::int64_t i = 0; i < in; ++i) {
            for (std::int64_t t = 0; t < taps; ++t)
              to[static_cast<std::size_t>(((o / lanes * taps + t) * in + i) * lanes + o % lanes)] = *from++;
          }
        }
        if (const Tensor* bias = node.weights(2))
          std::ranges::copy(bias->span<float>(), to.begin() + padded * taps * in);
      });
}

/// Channels, in whole tiles, whose weights take up at most half of a small second-level cache.
int chunk_of(const DirectConv& conv, int tile, int lanes, int channels) {
  constexpr std::ptrdiff_t kBytes = 256 * 1024;
  const auto tile_bytes = static_cast<std::ptrdiff_t>(sizeof(float)) * conv.block_step * (tile / lanes);
  const auto tiles = static_cast<int>(std::max<std::ptrdiff_t>(1, kBytes / std::max<std::ptrdiff_t>(1, tile_bytes)));
  return std::min(tiles * tile, rounded_up(channels, tile));
}

}  // namespace

std::string direct_conv_name(const DirectConvTile& tile) {
  return formatted("{}_conv_direct_{}x{}{}", active_kernels().isa, tile.pixels, tile.channels,
                   tile.kernel_run > 0 ? formatted("_r{}", tile.kernel_run) : "");
}

Candidate direct_conv_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds,
                                const DirectConvTile& tile, const InputRows& rows) {
  const int lanes = active_kernels().lanes;
  auto args = std::make_shared<DirectConvArgs>();
  args->kernel = tile.run;
  args->step = ConvStep::of(s, node, rows.scratch_floats());
  args->rows = rows;
  args->out_height = s.out_height;
  args->pixels = tile.pixels;
  args->is_row = s.out_height == 1 && s.kernel_height == 1 && rows.scratch_floats() == 0 && s.pad_top == 0;
  const int padded = rounded_up(s.out_channels, tile.channels);
  args->set_weights(pack_direct_weights(node, lanes, padded),
                    static_cast<std::ptrdiff_t>(padded) * s.in_channels * s.kernel_height * s.kernel_width);
  DirectConv& conv = args->conv;
  conv.block_step = static_cast<std::ptrdiff_t>(lanes) * s.in_channels * s.kernel_height * s.kernel_width;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.kernel_height = s.kernel_height;
  // Without dilation the taps of a kernel row lie together.
  conv.runs = s.dilation_width == 1 ? 1 : s.kernel_width;
  conv.run = s.in_channels * (s.dilation_width == 1 ? s.kernel_width : 1);
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * s.in_channels;
  conv.x_run = static_cast<std::ptrdiff_t>(s.dilation_width) * s.in_channels;
  conv.low = bounds.low;
  conv.high = bounds.high;
  args->chunk = chunk_of(conv, tile.channels, lanes, s.out_channels);
  const std::size_t scratch = args->step.scratch_bytes(node.threads);
  Candidate candidate = conv_candidate(direct_conv_name(tile), run_direct_conv, std::move(args), node, scratch);
  candidate.run_part = run_direct_conv_part;
  return candidate;
}

}  // namespace exeunt::cpu
