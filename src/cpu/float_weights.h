#pragma once

#include <string_view>

#include "plan/backend.h"

namespace exeunt::cpu {

/// Whether the node's operands are f32 but for its weights, which are IEEE halves.
bool has_half_weights(const NodeView& node);

// How the names of kernels end whose weights are halves: those that keep 16 bits of each, and those that keep floats.
inline constexpr std::string_view kShortWeights = "_w16";
inline constexpr std::string_view kWidenedWeights = "_w16f";

/// Weights of f32 or f16 as floats; `storage` holds them where they are none yet.
const Tensor& floats_of(const Tensor& weights, Tensor& storage);

}  // namespace exeunt::cpu
