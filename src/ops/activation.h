#pragma once

#include <algorithm>

#include "ops/unary.h"

namespace exeunt::ops {

/// A function fused into the step before it; those that oneDNN fuses too. What the ops' fields `activation_alpha` and
/// `activation_beta` mean says Unary.
enum class Activation : std::uint8_t {
  none,
  relu,
  clip,
  elu,
  gelu,
  gelu_tanh,
  hard_sigmoid,
  hard_swish,
  leaky_relu,
  mish,
  sigmoid,
  swish,
  tanh
};

template <>
inline constexpr std::array<std::string_view, 13> kEnumNames<Activation> = {
    "none",       "relu",       "clip", "elu",     "gelu",  "gelu_tanh", "hard_sigmoid",
    "hard_swish", "leaky_relu", "mish", "sigmoid", "swish", "tanh"};

/// The same function as an op of its own; Identity for none.
constexpr UnaryFn function_of(Activation activation) noexcept {
  using enum UnaryFn;
  constexpr std::array kFunctions = {Identity,  Relu,      Clip, Elu,     Gelu,  GeluTanh, HardSigmoid,
                                     HardSwish, LeakyRelu, Mish, Sigmoid, Swish, Tanh};
  return kFunctions[static_cast<std::size_t>(activation)];
}

/// The activation that is this function; none if there is none.
constexpr Activation activation_of(UnaryFn fn) noexcept {
  for (std::size_t i = 1; i < kEnumNames<Activation>.size(); ++i) {
    if (function_of(static_cast<Activation>(i)) == fn) return static_cast<Activation>(i);
  }
  return Activation::none;
}

/// The activation of an op that has one, with its parameters.
template <class FusedOp>
Unary activation_function(const FusedOp& op) noexcept {
  return {function_of(op.activation), op.activation_alpha, op.activation_beta};
}

/// Applies an op's activation to one element.
template <class FusedOp, class T>
T activate(const FusedOp& op, T value) noexcept {
  if (op.activation == Activation::none) return value;
  if (op.activation == Activation::relu) return value < T{} ? T{} : value;
  return convert<T>(apply(activation_function(op), static_cast<double>(value)));
}

}  // namespace exeunt::ops
