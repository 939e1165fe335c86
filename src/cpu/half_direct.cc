#include <algorithm>

#include "base/half.h"
#include "base/text.h"
#include "cpu/conv_step.h"
#include "cpu/half_step.h"
#include "cpu/packed_args.h"
#include "cpu/word_order.h"
#include "cpu/word_rows.h"

namespace exeunt::cpu {

namespace {

class DirectArgs : public PackedArgs<DirectConv> {
 public:
  HalfDirectConvFn kernel = nullptr;
  ConvStep step;
  WordRows rows;
  int out_height = 0;
  int tile_channels = 0;
};

/// Parts share out the rows; where there are fewer rows than parts, the channels.
void run_part(const DirectArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const int out_channels = args.conv.out_channels;
  const bool by_row = args.out_height >= parts;
  const Share rows = by_row ? Share::of(args.out_height, part, parts) : Share{0, args.out_height};
  const Share tiles = Share::of(rounded_up(out_channels, args.tile_channels) / args.tile_channels, part, parts);
  const ChannelRange channels =
      by_row ? ChannelRange{0, out_channels}
             : ChannelRange{tiles.first * args.tile_channels, std::min(tiles.last * args.tile_channels, out_channels)};
  const std::ptrdiff_t row_numbers = args.step.result_numbers / args.out_height;
  args.step.for_each_sample<std::uint16_t>(
      operands, part, [&](const std::uint16_t* x, const std::uint16_t* residual, std::uint16_t* y, float* scratch) {
        args.rows.for_each_row(x, scratch, rows.first, rows.last, [&](int row, const float* const* from) {
          const std::ptrdiff_t at = row * row_numbers;
          args.kernel(args.conv, from, channels, residual == nullptr ? nullptr : residual + at, y + at);
        });
      });
}

void run_direct(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const DirectArgs&>(args), operands, 0, 1);
}

void run_direct_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const DirectArgs&>(args), operands, part, parts);
}

/// Words in WordOrder, zeros where channels end, then the bias.
PackedWeights pack(const NodeView& node, const HalfKernels& kernels, int padded, int words) {
  const Tensor& weights = *node.weights(1);
  const Shape& shape = weights.shape();
  const std::int64_t taps = shape.elements() / std::max<std::int64_t>(1, shape[0] * shape[1]);
  const WordOrder order{kernels.lanes, kernels.group, taps, 2 * words / kernels.group};
  const auto bias_at = static_cast<std::size_t>(padded * taps * words);
  return node.packer.pack(&weights, node.weights(2),
                          formatted("{} {} {}", dtype_name(weights.dtype()), kernels.lanes, padded),
                          bias_at + static_cast<std::size_t>(padded), [&](std::span<float> to) {
                            auto* numbers = reinterpret_cast<std::uint16_t*>(to.data());
                            const auto* from = reinterpret_cast<const std::uint16_t*>(weights.view().data);
                            for (std::int64_t o = 0; o < shape[0]; ++o) {
                              for (std::int64_t i = 0; i < shape[1]; ++i) {
                                for (std::int64_t t = 0; t < taps; ++t) numbers[order.of(o, t, i)] = *from++;
                              }
                            }
                            if (const Tensor* bias = node.weights(2)) copy_half_bias(*bias, to.subspan(bias_at));
                          });
}

}  // namespace

void copy_half_bias(const Tensor& bias, std::span<float> to) {
  if (bias.dtype() == DType::f32) {
    std::ranges::copy(bias.span<float>(), to.begin());
  } else if (bias.dtype() == DType::bf16) {
    std::ranges::transform(bias.span<BFloat16>(), to.begin(), [](BFloat16 b) { return static_cast<float>(b); });
  } else {
    std::ranges::transform(bias.span<Half>(), to.begin(), [](Half b) { return static_cast<float>(b); });
  }
}

std::string half_direct_name(const HalfNode& node, const HalfDirectConvTile& tile) {
  return formatted("{}_conv_direct_{}x{}", node.kernels.name, tile.pixels, tile.channels);
}

Candidate half_direct_candidate(const HalfNode& node, const ConvShape& s, const HalfDirectConvTile& tile) {
  const int lanes = node.kernels.lanes;
  auto args = std::make_shared<DirectArgs>();
  args->kernel = tile.run;
  args->rows = *WordRows::of_halves(s);
  args->step = ConvStep::of(s, node.node, args->rows.scratch_words());
  args->out_height = s.out_height;
  args->tile_channels = tile.channels;
  const int padded = rounded_up(s.out_channels, tile.channels);
  const int taps = s.kernel_height * s.kernel_width;
  const int words = args->rows.words_of(1);
  args->set_weights(pack(node.node, node.kernels, padded, words), static_cast<std::ptrdiff_t>(padded) * taps * words);
  DirectConv& conv = args->conv;
  conv.block_step = static_cast<std::ptrdiff_t>(lanes) * taps * words;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.kernel_height = s.kernel_height;
  conv.runs = s.dilation_width == 1 ? 1 : s.kernel_width;
  conv.run = words * (s.dilation_width == 1 ? s.kernel_width : 1);
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * words;
  conv.x_run = static_cast<std::ptrdiff_t>(s.dilation_width) * words;
  conv.low = node.bounds.low;
  conv.high = node.bounds.high;
  const std::size_t scratch = args->step.scratch_bytes(node.node.threads);
  Candidate candidate = conv_candidate(half_direct_name(node, tile), run_direct, std::move(args), node.node, scratch);
  candidate.run_part = run_direct_part;
  return candidate;
}

}  // namespace exeunt::cpu
