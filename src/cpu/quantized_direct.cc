#include "base/text.h"
#include "cpu/kernels/winograd.h"
#include "cpu/quantized_step.h"
#include "cpu/word_order.h"
#include "cpu/word_rows.h"

namespace exeunt::cpu {

namespace {

class DirectArgs : public QuantizedArgs<QuantizedDirectConv> {
 public:
  QuantizedDirectConvFn kernel = nullptr;
  WordRows rows;
  int out_height = 0;
};

void run_part(const DirectArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const Share rows = Share::of(args.out_height, part, parts);
  const std::ptrdiff_t row_elements = args.residual_bytes / args.out_height;
  const std::ptrdiff_t row_bytes = args.result_bytes / args.out_height;
  args.for_each_sample(
      operands, part, [&](const std::uint8_t* x, const std::uint8_t* residual, std::byte* y, float* scratch) {
        args.rows.for_each_row(x, scratch, rows.first, rows.last, [&](int row, const float* const* from) {
          args.kernel(args.conv, from, {0, args.conv.out_channels},
                      residual == nullptr ? nullptr : residual + row * row_elements, y + row * row_bytes);
        });
      });
}

void run_direct(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const DirectArgs&>(args), operands, 0, 1);
}

void run_direct_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const DirectArgs&>(args), operands, part, parts);
}

/// @param pixels  of a run: their numbers follow each other as those of one tap
template <class Number>
void fill_numbers(const Tensor& weights, const WordOrder& order, std::int64_t pixels, int zero, std::span<float> to,
                  std::size_t start_at) {
  const Shape& shape = weights.shape();
  auto* numbers = reinterpret_cast<Number*>(to.data());
  auto* start = reinterpret_cast<std::int32_t*>(to.data() + start_at);
  const std::int8_t* from = weights.span<std::int8_t>().data();
  for (std::int64_t o = 0; o < shape[0]; ++o) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < shape[1]; ++i) {
      for (std::int64_t t = 0; t < order.taps * pixels; ++t, ++from) {
        numbers[order.of(o, t / pixels, t % pixels * shape[1] + i)] = *from;
        sum += *from;
      }
    }
    start[o] = -zero * sum;
  }
}

/// The numbers, zeros where channels end, then the starts.
PackedWeights pack(const NodeView& node, const WordOrder& order, int pixels, int padded, int zero) {
  const Tensor& weights = *node.weights(1);
  const auto numbers = static_cast<std::size_t>(padded * order.taps * order.words * order.group);
  const std::size_t start_at = numbers * (order.group == 2 ? sizeof(std::int16_t) : 1) / sizeof(float);
  return node.packer.pack(&weights, nullptr,
                          formatted("quantized {} {} {} {} {}", order.lanes, order.group, pixels, padded, zero),
                          start_at + static_cast<std::size_t>(padded), [&](std::span<float> to) {
                            order.group == 2 ? fill_numbers<std::int16_t>(weights, order, pixels, zero, to, start_at)
                                             : fill_numbers<std::int8_t>(weights, order, pixels, zero, to, start_at);
                          });
}

}  // namespace

std::string quantized_direct_name(const NodeView& node, const QuantizedDirectConvTile& tile) {
  return formatted("{}_int8_conv_direct_{}x{}", active_quantized_kernels(node.wanted).isa, tile.pixels, tile.channels);
}

Candidate quantized_direct_candidate(const ops::QuantizedConv& op, const ConvShape& s, const NodeView& node,
                                     const QuantizedDirectConvTile& tile) {
  const QuantizedKernels& kernels = active_quantized_kernels(node.wanted);
  auto args = std::make_shared<DirectArgs>();
  args->kernel = tile.run;
  args->rows = *WordRows::of(s, kernels, static_cast<int>(op.x_zero));
  args->out_height = s.out_height;
  args->set_shape(s, node, args->rows.scratch_words());
  const int padded = rounded_up(s.out_channels, tile.channels);
  const int pixels = s.dilation_width == 1 ? s.kernel_width : 1;
  const int runs = s.kernel_width / pixels;
  const int run = rounded_up(args->rows.words_of(pixels), kernels.together);
  const WordOrder order{kernels.lanes / kernels.together, kernels.group * kernels.together, s.kernel_height * runs,
                        run / kernels.together};
  args->set_weights(pack(node, order, pixels, padded, args->rows.zero_number()), padded * order.taps * run);
  args->set_requantize(op, node, padded);
  QuantizedDirectConv& conv = args->conv;
  conv.block_step = kernels.lanes * order.taps * run;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.kernel_height = s.kernel_height;
  conv.runs = runs;
  conv.run = run;
  conv.x_pixel = s.stride_width * args->rows.pixel_bytes();
  conv.x_run = s.dilation_width * args->rows.pixel_bytes();
  const std::size_t scratch = args->scratch_bytes(node.threads);
  return quantized_candidate(quantized_direct_name(node, tile), run_direct, run_direct_part, std::move(args), node,
                             scratch);
}

}  // namespace exeunt::cpu
