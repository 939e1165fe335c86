#include <cstdlib>

#include "base/text.h"
#include "cpu/kernels/winograd.h"
#include "cpu/quantized_step.h"
#include "cpu/winograd_weights.h"

namespace exeunt::cpu {

namespace {

class WinogradArgs : public QuantizedArgs<QuantizedWinograd> {
 public:
  const QuantizedWinogradTile* tile = nullptr;
  QuantizedWinogradForm form;
  int patches = 0;
  int block_patches = 0;  ///< transformed together, whole tiles
  std::ptrdiff_t products_at = 0;
  std::vector<std::uint8_t> zero_line;
};

void run_part(const WinogradArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const int blocks = (args.patches + args.block_patches - 1) / args.block_patches;
  const Share share = Share::of(blocks, part, parts);
  args.for_each_sample(operands, part,
                       [&](const std::uint8_t* x, const std::uint8_t* residual, std::byte* y, float* scratch) {
                         float* products = scratch + args.products_at;
                         for (int block = share.first; block < share.last; ++block) {
                           const int first = block * args.block_patches;
                           const int count = std::min(args.block_patches, args.patches - first);
                           args.form.gather(args.conv, first, count, x, scratch);
                           args.tile->multiply(args.conv, rounded_up(count, args.tile->patches), scratch, products);
                           args.form.scatter(args.conv, first, count, products, residual, y);
                         }
                       });
}

void run_winograd(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, 0, 1);
}

void run_winograd_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, part, parts);
}

/// 24 G g but for the last tap, which gets half of that: the rest of its factor is in the way back.
std::array<int, 6> transform_taps(int a, int b, int c) {
  return {6 * a, -4 * (a + b + c), -4 * (a - b + c), a + 2 * b + 4 * c, a - 2 * b + 4 * c, 12 * c};
}

/// Stride 2: 6 G (a, c), then 6 b for the odd numbers.
std::array<int, 6> transform_taps_stride2(int a, int b, int c) {
  return {3 * a, -3 * (a + c), c - a, a + 2 * c, 6 * c, 6 * b};
}

/// The 36 numbers of one filter; at most 144 * 128, which 16 bits hold.
std::array<std::int16_t, QuantizedWinograd::kMatrices> transform_filter(const std::int8_t* g, int stride) {
  const auto transform = stride == 1 ? transform_taps : transform_taps_stride2;
  std::array<std::array<int, 6>, 3> columns;
  for (std::size_t j = 0; j < 3; ++j) columns[j] = transform(g[j], g[3 + j], g[6 + j]);
  std::array<std::int16_t, QuantizedWinograd::kMatrices> result;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::array<int, 6> row = transform(columns[0][i], columns[1][i], columns[2][i]);
    for (std::size_t j = 0; j < 6; ++j) result[i * 6 + j] = static_cast<std::int16_t>(row[j]);
  }
  return result;
}

/// The matrices of the points of stride 2: all odd numbers of an axis have the last one.
const std::uint8_t* stride2_matrices() noexcept {
  constexpr std::size_t kAxis = 9;
  static constexpr auto kTable = [] {
    std::array<std::uint8_t, kAxis * kAxis> table{};
    for (std::size_t p = 0; p < table.size(); ++p)
      table[p] =
          static_cast<std::uint8_t>(std::min<std::size_t>(p / kAxis, 5) * 6 + std::min<std::size_t>(p % kAxis, 5));
    return table;
  }();
  return kTable.data();
}

/// [matrix][block of lanes][word][lane][number of the word], zeros where channels end, then the starts.
PackedWeights pack(const NodeView& node, int stride, int lanes, int padded, int words, int zero) {
  const Tensor& weights = *node.weights(1);
  const auto out = static_cast<std::size_t>(weights.shape()[0]);
  const auto in = static_cast<std::size_t>(weights.shape()[1]);
  const auto vector = static_cast<std::size_t>(lanes);
  const auto depth = static_cast<std::size_t>(words);
  const std::size_t matrix = static_cast<std::size_t>(padded) * depth;
  const std::size_t start_at = matrix * QuantizedWinograd::kMatrices;
  return node.packer.pack(&weights, nullptr,
                          formatted("quantized winograd {} {} {} {} {}", stride, lanes, padded, words, zero),
                          start_at + static_cast<std::size_t>(padded), [&](std::span<float> to) {
                            auto* numbers = reinterpret_cast<std::int16_t*>(to.data());
                            auto* start = reinterpret_cast<std::int32_t*>(to.data() + start_at);
                            const std::int8_t* from = weights.span<std::int8_t>().data();
                            for (std::size_t o = 0; o < out; ++o) {
                              std::int32_t sum = 0;
                              for (std::size_t i = 0; i < in; ++i, from += 9) {
                                const auto values = transform_filter(from, stride);
                                const std::size_t at = ((o / vector * depth + i / 2) * vector + o % vector) * 2 + i % 2;
                                for (std::size_t p = 0; p < values.size(); ++p)
                                  numbers[2 * p * matrix + at] = values[p];
                                for (int t = 0; t < 9; ++t) sum += from[t];
                              }
                              start[o] = -zero * sum;
                            }
                          });
}

/// Lays out transformed patches and products in scratch memory. @return its words
std::ptrdiff_t lay_out_scratch(WinogradArgs& args, const QuantizedKernels& kernels) {
  QuantizedWinograd& conv = args.conv;
  const int shorts = kernels.shorts;
  const int out = rounded_up(conv.out_channels, args.tile->channels) / kernels.lanes;
  // An odd number of cache lines keeps the points out of the same set.
  constexpr std::ptrdiff_t kLine = 16;
  conv.in_block = static_cast<std::ptrdiff_t>(args.block_patches) * shorts / 2;
  conv.out_block = static_cast<std::ptrdiff_t>(args.block_patches) * kernels.lanes;
  conv.in_point = conv.in_block * (conv.words / (shorts / 2)) + kLine;
  conv.out_point = conv.out_block * out + kLine;
  args.products_at = conv.points * conv.in_point;
  return args.products_at + conv.points * conv.out_point;
}

int patches_of(const ConvShape& s) {
  constexpr int kResults = QuantizedWinograd::kResults;
  return rounded_up(s.out_height, kResults) / kResults * (rounded_up(s.out_width, kResults) / kResults);
}

int block_patches_of(int patches, const QuantizedWinogradTile& tile, int block_tiles) {
  return std::min(tile.patches * block_tiles, rounded_up(patches, tile.patches));
}

}  // namespace

std::string quantized_winograd_name(const ConvShape& s, const NodeView& node, const QuantizedWinogradTile& tile,
                                    int block_tiles) {
  return formatted("{}_int8_conv_winograd4_{}x{}_b{}", active_quantized_kernels(node.wanted).isa, tile.patches,
                   tile.channels, block_patches_of(patches_of(s), tile, block_tiles));
}

bool fits_quantized_winograd(const NodeView& node) {
  // It was taken before; the weights may be there packed only.
  if (!node.wanted.empty()) return true;
  constexpr std::int64_t kLimit = std::int64_t{1} << 25;
  const Tensor& weights = *node.constant(1);
  const std::int64_t channels = weights.shape()[0];
  const std::int64_t taps = weights.elements() / std::max<std::int64_t>(1, channels);
  const std::int8_t* w = weights.span<std::int8_t>().data();
  for (std::int64_t o = 0; o < channels; ++o) {
    std::int64_t most = 0;
    for (std::int64_t t = 0; t < taps; ++t) most += std::abs(static_cast<int>(*w++)) * 255;
    if (most >= kLimit) return false;
  }
  return true;
}

Candidate quantized_winograd_candidate(const ops::QuantizedConv& op, const ConvShape& s, const NodeView& node,
                                       const QuantizedWinogradTile& tile, int block_tiles) {
  constexpr int kResults = QuantizedWinograd::kResults;
  const QuantizedKernels& kernels = active_quantized_kernels(node.wanted);
  auto args = std::make_shared<WinogradArgs>();
  args->tile = &tile;
  args->form = kernels.winograd_forms[static_cast<std::size_t>(s.stride_height - 1)];
  QuantizedWinograd& conv = args->conv;
  conv.in_height = s.in_height;
  conv.in_width = s.in_width;
  conv.in_channels = s.in_channels;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.pad_top = s.pad_top;
  conv.pad_left = s.pad_left;
  conv.patches_wide = (s.out_width + kResults - 1) / kResults;
  args->zero_line.assign(static_cast<std::size_t>(s.in_width * s.in_channels + kernels.shorts),
                         static_cast<std::uint8_t>(op.x_zero));
  conv.zero_line = args->zero_line.data();
  conv.words = rounded_up(s.in_channels, kernels.shorts) / 2;
  conv.points = quantized_winograd_points(s.stride_height);
  conv.matrices = s.stride_height == 1 ? nullptr : stride2_matrices();
  args->patches = patches_of(s);
  args->block_patches = block_patches_of(args->patches, tile, block_tiles);
  const int padded = rounded_up(s.out_channels, tile.channels);
  conv.matrix_step = static_cast<std::ptrdiff_t>(padded) * conv.words;
  args->set_weights(pack(node, s.stride_height, kernels.lanes, padded, conv.words, static_cast<int>(op.x_zero)),
                    conv.matrix_step * QuantizedWinograd::kMatrices);
  conv.fetches_ahead = fetches_weights_ahead(conv.matrix_step * QuantizedWinograd::kMatrices);
  args->set_requantize(op, node, padded);
  args->set_shape(s, node, lay_out_scratch(*args, kernels));
  const std::size_t scratch = args->scratch_bytes(node.threads);
  return quantized_candidate(quantized_winograd_name(s, node, tile, block_tiles), run_winograd, run_winograd_part,
                             std::move(args), node, scratch);
}

}  // namespace exeunt::cpu
