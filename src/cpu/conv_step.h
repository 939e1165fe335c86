#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/conv_shape.h"

namespace exeunt::cpu {

/// What the steps of convolutions share: operands x, the residual if there is one, the result, and scratch memory, a
/// piece for each part of a split step.
struct ConvStep {
  int batch = 0;
  bool has_residual = false;
  std::ptrdiff_t x_numbers = 0;       ///< of one sample
  std::ptrdiff_t result_numbers = 0;  ///< of one sample
  std::ptrdiff_t scratch_floats = 0;  ///< of one part

  static ConvStep of(const ConvShape& s, const NodeView& node, std::ptrdiff_t scratch_floats) {
    // Each part keeps to memory of its own, the same in all steps that need no more than this: lines that wander
    // between cores cost more than the work.
    constexpr std::ptrdiff_t kOwn = 512 * 1024 / sizeof(float);
    constexpr std::ptrdiff_t kLine = 16;
    const std::ptrdiff_t unit = node.threads > 1 && scratch_floats > 0 ? kOwn : kLine;
    ConvStep step;
    step.batch = s.batch;
    step.has_residual = node.operand_type(3) != nullptr;
    step.x_numbers = static_cast<std::ptrdiff_t>(s.in_height) * s.in_width * s.in_channels;
    step.result_numbers = static_cast<std::ptrdiff_t>(s.out_height) * s.out_width * s.out_channels;
    step.scratch_floats = (scratch_floats + unit - 1) / unit * unit;
    return step;
  }

  std::size_t scratch_bytes(int parts) const noexcept {
    return static_cast<std::size_t>(scratch_floats) * sizeof(float) * static_cast<std::size_t>(parts);
  }

  /// Calls `run(x, residual or null, y, scratch)` for each sample, whose numbers are `T`.
  template <class T = float, class F>
  void for_each_sample(std::byte* const* operands, int part, F&& run) const noexcept {
    const auto* x = reinterpret_cast<const T*>(*operands++);
    const auto* residual = has_residual ? reinterpret_cast<const T*>(*operands++) : nullptr;
    auto* y = reinterpret_cast<T*>(*operands++);
    float* const scratch = scratch_floats > 0 ? reinterpret_cast<float*>(*operands) + part * scratch_floats : nullptr;
    for (int sample = 0; sample < batch; ++sample, x += x_numbers, y += result_numbers) {
      run(x, residual, y, scratch);
      if (residual != nullptr) residual += result_numbers;
    }
  }
};

/// A step on NHWC operands: x, the residual if there is one, the result, `scratch_bytes` of scratch.
Candidate conv_candidate(std::string kernel, StepFn run, std::shared_ptr<StepArgs> args, const NodeView& node,
                         std::size_t scratch_bytes);

/// The share of `count` things that falls to a part: [first, last).
struct Share {
  int first = 0;
  int last = 0;
  static Share of(int count, int part, int parts) noexcept {
    const auto at = [&](int p) { return static_cast<int>(static_cast<std::int64_t>(count) * p / parts); };
    return {at(part), at(part + 1)};
  }
};

}  // namespace exeunt::cpu
