#include <algorithm>
#include <limits>

#include "base/aligned_buffer.h"
#include "cpu/conv_candidates.h"

namespace exeunt::cpu {

namespace {

class DirectConvArgs : public StepArgs {
 public:
  DirectConv conv;
  DirectConvFn kernel = nullptr;
  ConvStep step;
  AlignedBuffer weights;
};

void run_direct_conv(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const DirectConvArgs&>(step);
  args.step.for_each_sample(operands, [&](const float* x, const float* residual, float* y, float*) {
    args.kernel(args.conv, x, residual, y);
  });
}

/// [block][kernel row][kernel column][in channel][tile channels], then the bias; zeros where channels end.
AlignedBuffer pack_direct_weights(const Tensor& weights, const Tensor* bias, int tile) {
  const Shape& shape = weights.shape();
  const std::int64_t out = shape[0];
  const std::int64_t in = shape[1];
  const std::int64_t taps = shape.elements() / std::max<std::int64_t>(1, out * in);
  const std::int64_t padded = (out + tile - 1) / tile * tile;
  AlignedBuffer packed(static_cast<std::size_t>(padded * (taps * in + 1)) * sizeof(float));
  auto* to = reinterpret_cast<float*>(packed.data());
  const std::span<const float> from = weights.span<float>();
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t t = 0; t < taps; ++t)
        to[((o / tile * taps + t) * in + i) * tile + o % tile] =
            from[static_cast<std::size_t>((o * in + i) * taps + t)];
    }
  }
  if (bias != nullptr) std::ranges::copy(bias->span<float>(), to + padded * taps * in);
  return packed;
}

}  // namespace

Candidate direct_conv_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds,
                                const DirectConvTile& tile) {
  auto args = std::make_shared<DirectConvArgs>();
  args->kernel = tile.run;
  args->step = conv_step(s, node, {s.pad_bottom, s.pad_right});
  args->weights = pack_direct_weights(*node.constant(1), node.constant(2), tile.channels);
  const int padded_channels = rounded_up(s.out_channels, tile.channels);
  DirectConv& conv = args->conv;
  conv.weights = reinterpret_cast<const float*>(args->weights.data());
  conv.bias =
      conv.weights + static_cast<std::ptrdiff_t>(padded_channels) * s.in_channels * s.kernel_height * s.kernel_width;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.kernel_height = s.kernel_height;
  // Without dilation the taps of a kernel row lie together.
  conv.runs = s.dilation_width == 1 ? 1 : s.kernel_width;
  conv.run = s.in_channels * (s.dilation_width == 1 ? s.kernel_width : 1);
  conv.x_line = args->step.image.line() * s.stride_height;
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * s.in_channels;
  conv.x_kernel_row = args->step.image.line() * s.dilation_height;
  conv.x_run = static_cast<std::ptrdiff_t>(s.dilation_width) * s.in_channels;
  conv.low = bounds.low;
  conv.high = bounds.high;
  const std::size_t scratch = args->step.scratch_bytes();
  return conv_candidate(fmt::format("{}_conv_direct_{}x{}", active_kernels().isa, tile.pixels, tile.channels),
                        run_direct_conv, std::move(args), node, scratch);
}

}  // namespace exeunt::cpu
