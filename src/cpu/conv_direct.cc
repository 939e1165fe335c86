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
  PaddedImage image;
  int batch = 0;
  bool has_residual = false;
  AlignedBuffer weights;
};

void run_direct_conv(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const DirectConvArgs&>(step);
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  const auto* residual = args.has_residual ? reinterpret_cast<const float*>(operands[1]) : nullptr;
  std::byte* const* behind = operands + (args.has_residual ? 2 : 1);
  auto* y = reinterpret_cast<float*>(behind[0]);
  const std::ptrdiff_t x_floats =
      static_cast<std::ptrdiff_t>(args.image.height) * args.image.width * args.image.channels;
  const std::ptrdiff_t y_floats =
      static_cast<std::ptrdiff_t>(args.conv.out_height) * args.conv.out_width * args.conv.out_channels;
  for (int sample = 0; sample < args.batch; ++sample, x += x_floats, y += y_floats) {
    const float* from = x;
    if (args.image.is_padded()) {
      auto* padded = reinterpret_cast<float*>(behind[1]);
      pad_image(args.image, x, padded);
      from = padded;
    }
    args.kernel(args.conv, from, residual, y);
    if (residual != nullptr) residual += y_floats;
  }
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

Candidate direct_conv_candidate(const ConvShape& s, const NodeView& node, ops::Activation activation,
                                const DirectConvTile& tile) {
  auto args = std::make_shared<DirectConvArgs>();
  args->kernel = tile.run;
  args->batch = s.batch;
  args->has_residual = node.operand_type(3) != nullptr;
  args->image = {s.in_height, s.in_width, s.in_channels, s.pad_top, s.pad_left, s.pad_bottom, s.pad_right};
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
  conv.x_line = args->image.line() * s.stride_height;
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * s.in_channels;
  conv.x_kernel_row = args->image.line() * s.dilation_height;
  conv.x_run = static_cast<std::ptrdiff_t>(s.dilation_width) * s.in_channels;
  set_clamp(activation, conv.low, conv.high);
  const std::size_t scratch =
      args->image.is_padded() ? static_cast<std::size_t>(args->image.floats()) * sizeof(float) : 0;
  return conv_candidate(fmt::format("{}_conv_direct_{}x{}", active_kernels().isa, tile.pixels, tile.channels),
                        run_direct_conv, std::move(args), node, scratch);
}

}  // namespace exeunt::cpu
