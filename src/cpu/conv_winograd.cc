#include <algorithm>
#include <array>

#include "base/aligned_buffer.h"
#include "cpu/conv_candidates.h"

namespace exeunt::cpu {

namespace {

class WinogradArgs : public StepArgs {
 public:
  Winograd conv;
  WinogradFn kernel = nullptr;
  ConvStep step;
  AlignedBuffer weights;
};

void run_winograd(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const WinogradArgs&>(step);
  args.step.for_each_sample(operands, [&](const float* x, const float* residual, float* y, float* scratch) {
    args.kernel(args.conv, x, residual, y, scratch);
  });
}

/// G of F(4,3) and F(2,5): rows by point, 0, 1, -1, 2, -2 and infinity.
std::array<double, 6> weights_of_row(const double* g, int taps) {
  const auto at = [&](double x) {
    double sum = 0;
    for (int i = taps - 1; i >= 0; --i) sum = sum * x + g[i];
    return sum;
  };
  return {at(0) / 4, -at(1) / 6, -at(-1) / 6, at(2) / 24, at(-2) / 24, g[taps - 1]};
}

/// G g G^T of one kernel, row-major.
std::array<double, Winograd::kProducts> transform_kernel(const float* g, int taps) {
  constexpr int kPatch = Winograd::kPatch;
  std::array<std::array<double, kPatch>, 5> columns{};  // [tap row][point]
  for (int row = 0; row < taps; ++row) {
    std::array<double, 5> values{};
    std::copy_n(g + row * taps, taps, values.begin());
    columns[static_cast<std::size_t>(row)] = weights_of_row(values.data(), taps);
  }
  std::array<double, Winograd::kProducts> result{};
  for (std::size_t j = 0; j < kPatch; ++j) {
    std::array<double, 5> values{};
    for (int row = 0; row < taps; ++row)
      values[static_cast<std::size_t>(row)] = columns[static_cast<std::size_t>(row)][j];
    const auto points = weights_of_row(values.data(), taps);
    for (std::size_t i = 0; i < kPatch; ++i) result[i * kPatch + j] = points[i];
  }
  return result;
}

/// [product][block][in channel][tile channels], then the bias; zeros where channels end.
AlignedBuffer pack_winograd_weights(const Tensor& weights, const Tensor* bias, int tile) {
  const Shape& shape = weights.shape();
  const std::int64_t out = shape[0];
  const std::int64_t in = shape[1];
  const int taps = static_cast<int>(shape[2]);
  const std::int64_t padded = (out + tile - 1) / tile * tile;
  AlignedBuffer packed(static_cast<std::size_t>(padded * (Winograd::kProducts * in + 1)) * sizeof(float));
  auto* to = reinterpret_cast<float*>(packed.data());
  const float* from = weights.span<float>().data();
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t i = 0; i < in; ++i, from += taps * taps) {
      const auto kernel = transform_kernel(from, taps);
      for (int p = 0; p < Winograd::kProducts; ++p)
        to[((p * (padded / tile) + o / tile) * in + i) * tile + o % tile] =
            static_cast<float>(kernel[static_cast<std::size_t>(p)]);
    }
  }
  if (bias != nullptr) std::ranges::copy(bias->span<float>(), to + padded * Winograd::kProducts * in);
  return packed;
}

/// Patches transformed together: whole tiles, as many as keep inputs and products in half of a small second-level
/// cache.
int block_of(const WinogradTile& tile, int patches, int channels) {
  constexpr int kBytes = 256 * 1024;
  const int fit = kBytes / (Winograd::kProducts * channels * static_cast<int>(sizeof(float)));
  const int block = std::clamp(fit, tile.patches, std::max(tile.patches, 4 * tile.patches));
  return rounded_up(std::min(block, patches), tile.patches);
}

}  // namespace

Candidate winograd_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds, const WinogradTile& tile) {
  const int results = Winograd::kPatch - tile.kernel + 1;
  auto args = std::make_shared<WinogradArgs>();
  args->kernel = tile.run;
  args->weights = pack_winograd_weights(*node.constant(1), node.constant(2), tile.channels);
  Winograd& conv = args->conv;
  conv.weights = reinterpret_cast<const float*>(args->weights.data());
  conv.bias = conv.weights + static_cast<std::ptrdiff_t>(rounded_up(s.out_channels, tile.channels)) * s.in_channels *
                                 Winograd::kProducts;
  conv.in_channels = s.in_channels;
  conv.out_channels = s.out_channels;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.patches_high = (s.out_height + results - 1) / results;
  conv.patches_wide = (s.out_width + results - 1) / results;
  conv.block_patches = block_of(tile, conv.patches_high * conv.patches_wide, s.in_channels + s.out_channels);
  conv.low = bounds.low;
  conv.high = bounds.high;
  const int height = conv.patches_high * results + tile.kernel - 1;
  const int width = conv.patches_wide * results + tile.kernel - 1;
  args->step = conv_step(s, node, {height - s.in_height - s.pad_top, width - s.in_width - s.pad_left});
  args->step.kernel_floats = winograd_scratch_floats(conv, active_kernels().lanes, tile.channels);
  conv.x_line = args->step.image.line();
  const std::size_t scratch = args->step.scratch_bytes();
  return conv_candidate(fmt::format("{}_conv_winograd_{}x{}", active_kernels().isa, tile.patches, tile.channels),
                        run_winograd, std::move(args), node, scratch);
}

}  // namespace exeunt::cpu
