#include <algorithm>

#include "base/aligned_buffer.h"
#include "cpu/conv_candidates.h"

namespace exeunt::cpu {

namespace {

class DepthwiseConvArgs : public StepArgs {
 public:
  DepthwiseConv conv;
  DepthwiseConvFn kernel = nullptr;
  ConvStep step;
  AlignedBuffer weights;
};

void run_depthwise_conv(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const DepthwiseConvArgs&>(step);
  args.step.for_each_sample(operands, [&](const float* x, const float* residual, float* y, float*) {
    args.kernel(args.conv, x, residual, y);
  });
}

/// [tap][channel], then the bias; zeros where channels end.
AlignedBuffer pack_depthwise_weights(const Tensor& weights, const Tensor* bias, int padded) {
  const std::int64_t channels = weights.shape()[0];
  const std::int64_t taps = weights.elements() / std::max<std::int64_t>(1, channels);
  AlignedBuffer packed(static_cast<std::size_t>((taps + 1) * padded) * sizeof(float));
  auto* to = reinterpret_cast<float*>(packed.data());
  const float* from = weights.span<float>().data();
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t t = 0; t < taps; ++t) to[t * padded + c] = *from++;
  }
  if (bias != nullptr) std::ranges::copy(bias->span<float>(), to + taps * padded);
  return packed;
}

}  // namespace

Candidate depthwise_conv_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds) {
  const KernelTable& kernels = active_kernels();
  auto args = std::make_shared<DepthwiseConvArgs>();
  args->kernel = kernels.depthwise_conv;
  args->step = conv_step(s, node, {s.pad_bottom, s.pad_right});
  const int padded = rounded_up(s.out_channels, kernels.lanes);
  args->weights = pack_depthwise_weights(*node.constant(1), node.constant(2), padded);
  DepthwiseConv& conv = args->conv;
  conv.weights = reinterpret_cast<const float*>(args->weights.data());
  conv.bias = conv.weights + static_cast<std::ptrdiff_t>(padded) * s.kernel_height * s.kernel_width;
  conv.channels = s.out_channels;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.kernel_height = s.kernel_height;
  conv.kernel_width = s.kernel_width;
  const std::ptrdiff_t line = args->step.image.line();
  conv.x_line = line * s.stride_height;
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * s.in_channels;
  conv.x_kernel_row = line * s.dilation_height;
  conv.x_kernel_column = static_cast<std::ptrdiff_t>(s.dilation_width) * s.in_channels;
  conv.low = bounds.low;
  conv.high = bounds.high;
  const std::size_t scratch = args->step.scratch_bytes();
  return conv_candidate(fmt::format("{}_conv_depthwise", kernels.isa), run_depthwise_conv, std::move(args), node,
                        scratch);
}

}  // namespace exeunt::cpu
