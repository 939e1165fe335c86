#pragma once

#include <cstddef>

#include "plan/step.h"

namespace exeunt::cpu {

/// Arguments of a step whose kernel is told its weights by `Kernel::weights`, and its bias, which lies behind them, by
/// `Kernel::bias`.
template <class Kernel>
class PackedArgs : public StepArgs {
 public:
  Kernel conv;

  /// @param bias_at  floats before the bias
  void set_weights(PackedWeights packed, std::ptrdiff_t bias_at) {
    weights_ = std::move(packed);
    bias_at_ = bias_at;
    point_to(reinterpret_cast<const float*>(weights_->data()));
  }
  void move_weights(const MoveWeights& move) override { point_to(move(weights_)); }

 private:
  void point_to(const float* packed) {
    conv.weights = packed;
    conv.bias = packed + bias_at_;
  }

  PackedWeights weights_;
  std::ptrdiff_t bias_at_ = 0;
};

}  // namespace exeunt::cpu
