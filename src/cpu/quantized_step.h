#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "cpu/conv_step.h"
#include "cpu/kernels/quantized_conv.h"

namespace exeunt::cpu {

/// What the steps of integer convolutions share: packed weights with the sums' starts behind them, the channels' scales
/// and biases, and the walk over samples.
template <class Kernel>
class QuantizedArgs : public StepArgs {
 public:
  Kernel conv;
  int batch = 0;
  bool has_residual = false;
  std::ptrdiff_t x_bytes = 0;  ///< of one sample
  std::ptrdiff_t residual_bytes = 0;
  std::ptrdiff_t result_bytes = 0;
  std::ptrdiff_t scratch_words = 0;  ///< of one part

  /// @param start_at  words before the starts
  void set_weights(PackedWeights packed, std::ptrdiff_t start_at) {
    weights_ = std::move(packed);
    start_at_ = start_at;
    point_to(reinterpret_cast<const float*>(weights_->data()));
  }
  void move_weights(const MoveWeights& move) override { point_to(move(weights_)); }

  void set_shape(const ConvShape& s, const NodeView& node, std::ptrdiff_t scratch) {
    constexpr std::ptrdiff_t kOwn = 512 * 1024 / sizeof(float);
    constexpr std::ptrdiff_t kLine = 16;
    const std::ptrdiff_t unit = node.threads > 1 && scratch > 0 ? kOwn : kLine;
    batch = s.batch;
    has_residual = node.operand_type(4) != nullptr;
    x_bytes = static_cast<std::ptrdiff_t>(s.in_height) * s.in_width * s.in_channels;
    residual_bytes = static_cast<std::ptrdiff_t>(s.out_height) * s.out_width * s.out_channels;
    result_bytes = residual_bytes * (node.result_type().dtype == DType::f32 ? 4 : 1);
    scratch_words = (scratch + unit - 1) / unit * unit;
  }

  /// Scales, biases and bounds, in whole tiles.
  void set_requantize(const ops::QuantizedConv& op, const NodeView& node, int padded) {
    const auto copy = [&](std::size_t operand, std::vector<float>& to) {
      const auto from = node.constant(operand)->template span<float>();
      to.assign(static_cast<std::size_t>(padded), 0.0F);
      std::ranges::copy(from, to.begin());
    };
    copy(2, scale_);
    copy(3, bias_);
    Requantize& q = conv.requantize;
    q.scale = scale_.data();
    q.bias = bias_.data();
    q.low = static_cast<float>(op.low);
    q.high = static_cast<float>(op.high);
    q.residual_zero = static_cast<int>(op.residual_zero);
    q.residual_scale = static_cast<float>(op.residual_scale);
    q.y_zero = static_cast<int>(op.y_zero);
    q.to_float = op.to_float;
    if (q.to_float) return;
    // Beyond these the bytes saturate; so the bounds keep the conversion to integers in range.
    q.low = std::max(q.low, static_cast<float>(-1 - q.y_zero));
    q.high = std::min(q.high, static_cast<float>(256 - q.y_zero));
    q.low = std::min(q.low, q.high);
    q.y_zeros = q.y_zero * 0x10001;
    const int low = static_cast<int>(std::nearbyint(q.low)) + q.y_zero;
    q.lows = static_cast<std::int32_t>(static_cast<std::uint32_t>(std::clamp(low, 0, 255)) * 0x01010101U);
  }

  std::size_t scratch_bytes(int parts) const noexcept {
    return static_cast<std::size_t>(scratch_words) * sizeof(float) * static_cast<std::size_t>(parts);
  }

  /// Calls `run(x, residual or null, y, scratch)` for each sample.
  template <class F>
  void for_each_sample(std::byte* const* operands, int part, F&& run) const noexcept {
    const auto* x = reinterpret_cast<const std::uint8_t*>(*operands++);
    const auto* residual = has_residual ? reinterpret_cast<const std::uint8_t*>(*operands++) : nullptr;
    std::byte* y = *operands++;
    float* const scratch = scratch_words > 0 ? reinterpret_cast<float*>(*operands) + part * scratch_words : nullptr;
    for (int sample = 0; sample < batch; ++sample, x += x_bytes, y += result_bytes) {
      run(x, residual, y, scratch);
      if (residual != nullptr) residual += residual_bytes;
    }
  }

 private:
  void point_to(const float* packed) {
    conv.weights = packed;
    conv.start = reinterpret_cast<const std::int32_t*>(packed + start_at_);
  }

  PackedWeights weights_;
  std::ptrdiff_t start_at_ = 0;
  std::vector<float> scale_, bias_;
};

/// A step on NHWC operands: x, the residual if there is one, the result, scratch memory.
Candidate quantized_candidate(std::string kernel, StepFn run, PartFn run_part, std::shared_ptr<StepArgs> args,
                              const NodeView& node, std::size_t scratch_bytes);

Candidate quantized_direct_candidate(const ops::QuantizedConv& op, const ConvShape& shape, const NodeView& node,
                                     const QuantizedDirectConvTile& tile);
Candidate quantized_winograd_candidate(const ops::QuantizedConv& op, const ConvShape& shape, const NodeView& node,
                                       const QuantizedWinogradTile& tile, int block_tiles);

// Their names.
std::string quantized_direct_name(const NodeView& node, const QuantizedDirectConvTile& tile);
std::string quantized_winograd_name(const ConvShape& shape, const NodeView& node, const QuantizedWinogradTile& tile,
                                    int block_tiles);

/// Of patches of 6x6 or, for stride 2, 9x9 numbers.
constexpr int quantized_winograd_points(int stride) { return stride == 1 ? 36 : 81; }

/// Whether every sum of this convolution stays small enough for QuantizedWinograd.
bool fits_quantized_winograd(const NodeView& node);

}  // namespace exeunt::cpu
