#include <algorithm>

#include "base/text.h"
#include "cpu/conv_candidates.h"
#include "cpu/conv_step.h"
#include "cpu/float_weights.h"
#include "cpu/input_rows.h"
#include "cpu/packed_args.h"

namespace exeunt::cpu {

namespace {

class DepthwiseConvArgs : public PackedArgs<DepthwiseConv> {
 public:
  DepthwiseConvFn kernel = nullptr;
  ConvStep step;
  InputRows rows;
  int out_height = 0;
};

void run_part(const DepthwiseConvArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const Share rows = Share::of(args.out_height, part, parts);
  const std::ptrdiff_t row_floats = args.step.result_numbers / args.out_height;
  args.step.for_each_sample(operands, part, [&](const float* x, const float* residual, float* y, float* scratch) {
    args.rows.for_each_row(x, scratch, rows.first, rows.last, [&](int row, const float* const* from) {
      const std::ptrdiff_t at = row * row_floats;
      args.kernel(args.conv, from, residual == nullptr ? nullptr : residual + at, y + at);
    });
  });
}

void run_depthwise_conv(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const DepthwiseConvArgs&>(args), operands, 0, 1);
}

void run_depthwise_conv_part(const StepArgs& args, StepState*, std::byte* const* operands, int part,
                             int parts) noexcept {
  run_part(static_cast<const DepthwiseConvArgs&>(args), operands, part, parts);
}

/// [tap][channel], then the bias; zeros where channels end.
PackedWeights pack_depthwise_weights(const NodeView& node, std::int64_t padded) {
  const Tensor& weights = *node.weights(1);
  const std::int64_t channels = weights.shape()[0];
  const std::int64_t taps = weights.elements() / std::max<std::int64_t>(1, channels);
  return node.packer.pack(&weights, node.weights(2), formatted("depthwise {}", padded),
                          static_cast<std::size_t>((taps + 1) * padded), [&](std::span<float> to) {
                            Tensor storage;
                            const float* from = floats_of(weights, storage).span<float>().data();
                            for (std::int64_t c = 0; c < channels; ++c) {
                              for (std::int64_t t = 0; t < taps; ++t)
                                to[static_cast<std::size_t>(t * padded + c)] = *from++;
                            }
                            if (const Tensor* bias = node.weights(2))
                              std::ranges::copy(bias->span<float>(), to.begin() + taps * padded);
                          });
}

}  // namespace

Candidate depthwise_conv_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds,
                                   const InputRows& rows) {
  const KernelTable& kernels = active_kernels();
  auto args = std::make_shared<DepthwiseConvArgs>();
  args->kernel = kernels.depthwise_conv;
  args->step = ConvStep::of(s, node, rows.scratch_floats());
  args->rows = rows;
  args->out_height = s.out_height;
  const int padded = rounded_up(s.out_channels, kernels.lanes);
  args->set_weights(pack_depthwise_weights(node, padded),
                    static_cast<std::ptrdiff_t>(padded) * s.kernel_height * s.kernel_width);
  DepthwiseConv& conv = args->conv;
  conv.channels = s.out_channels;
  conv.out_width = s.out_width;
  conv.kernel_height = s.kernel_height;
  conv.kernel_width = s.kernel_width;
  conv.x_pixel = static_cast<std::ptrdiff_t>(s.stride_width) * s.in_channels;
  conv.x_kernel_column = static_cast<std::ptrdiff_t>(s.dilation_width) * s.in_channels;
  conv.low = bounds.low;
  conv.high = bounds.high;
  const std::size_t scratch = args->step.scratch_bytes(node.threads);
  Candidate candidate =
      conv_candidate(formatted("{}_conv_depthwise", kernels.isa), run_depthwise_conv, std::move(args), node, scratch);
  candidate.run_part = run_depthwise_conv_part;
  return candidate;
}

}  // namespace exeunt::cpu
