#pragma once

#include <string_view>

#include "plan/backend.h"

namespace exeunt::cpu {

/// Whether the node's weights are f16 or bf16 and its first operand is f32.
bool has_16_bit_weights(const NodeView& node);

// How the names of kernels end whose weights are such: those that keep 16 bits of each, and those that keep floats.
inline constexpr std::string_view kKeptIn16Bits = "_w16";
inline constexpr std::string_view kWidenedWeights = "_w16f";

/// Weights of f32, f16 or bf16 as floats; `storage` holds them where they are none yet.
const Tensor& floats_of(const Tensor& weights, Tensor& storage);

}  // namespace exeunt::cpu
