#pragma once

#include <algorithm>
#include <limits>
#include <optional>

#include "ops/activation.h"

namespace exeunt::ops {

/// Between what results are clamped; infinite where they are not.
struct ClampBounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  /// In units of `scale`, as f32 holds them.
  ClampBounds in_units(double scale) const noexcept {
    constexpr double kMost = std::numeric_limits<float>::max();
    return {std::clamp(low / scale, -kMost, kMost), std::clamp(high / scale, -kMost, kMost)};
  }
};

/// The bounds of an op's activation; nothing if it is no clamp.
template <class FusedOp>
std::optional<ClampBounds> clamp_bounds(const FusedOp& op) noexcept {
  ClampBounds bounds;
  if (op.activation == Activation::relu) {
    bounds.low = 0;
  } else if (op.activation == Activation::clip) {
    bounds = {op.activation_alpha, op.activation_beta};
  } else if (op.activation != Activation::none) {
    return std::nullopt;
  }
  return bounds;
}

}  // namespace exeunt::ops
