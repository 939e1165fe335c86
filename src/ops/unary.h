#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Functions of one element without parameters, under their ONNX names. `Not` takes bool; Abs, Neg,
/// Sign and Relu take every numeric dtype; Identity takes all; the others take floats.
enum class UnaryFn : std::uint8_t {
  Abs,
  Ceil,
  Erf,
  Exp,
  Floor,
  Identity,
  Log,
  Neg,
  Not,
  Reciprocal,
  Relu,
  Round,
  Sigmoid,
  Sign,
  Sqrt,
  Tanh
};

template <>
inline constexpr std::array<std::string_view, 16> kEnumNames<UnaryFn> = {
    "Abs", "Ceil",       "Erf",  "Exp",   "Floor",   "Identity", "Log",  "Neg",
    "Not", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign",     "Sqrt", "Tanh"};

/// y = fn(x), any shape. Source: the ONNX ops of those names, all opsets.
struct Unary {
  UnaryFn fn = UnaryFn::Identity;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const Unary&) const = default;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

TensorType infer(const Unary& op, Types in);
void reference(const Unary& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
