#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Functions of one element, under their ONNX names (the two forms of Gelu apart). `Not` takes bool, BitwiseNot
/// integers; Abs, Clip, Neg, Sign and Relu take every numeric dtype; Identity takes all; the others take floats.
///
/// What `alpha` and `beta` mean; the other functions use neither:
///   Celu             max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))
///   Clip             min(max(x, alpha), beta); infinite where there is no bound
///   Elu              x >= 0: x; else alpha * (exp(x) - 1)
///   HardSigmoid      max(0, min(1, alpha * x + beta))
///   LeakyRelu        x >= 0: x; else alpha * x
///   Selu             x > 0: beta * x; else beta * alpha * (exp(x) - 1)
///   Swish            x / (1 + exp(-alpha * x))
///   ThresholdedRelu  x > alpha: x; else 0 (also for NaN)
enum class UnaryFn : std::uint8_t {
  Abs,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  BitwiseNot,
  Ceil,
  Celu,
  Clip,
  Cos,
  Cosh,
  Elu,
  Erf,
  Exp,
  Floor,
  Gelu,      ///< x / 2 * (1 + erf(x / sqrt(2)))
  GeluTanh,  ///< its approximation: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))
  HardSigmoid,
  HardSwish,
  Identity,
  LeakyRelu,
  Log,
  Mish,
  Neg,
  Not,
  Reciprocal,
  Relu,
  Round,
  Selu,
  Sigmoid,
  Sign,
  Sin,
  Sinh,
  Softplus,
  Softsign,
  Sqrt,
  Swish,
  Tan,
  Tanh,
  ThresholdedRelu
};

template <>
inline constexpr std::array<std::string_view, 42> kEnumNames<UnaryFn> = {
    "Abs",        "Acos",      "Acosh", "Asin",    "Asinh",    "Atan",        "Atanh",
    "BitwiseNot", "Ceil",      "Celu",  "Clip",    "Cos",      "Cosh",        "Elu",
    "Erf",        "Exp",       "Floor", "Gelu",    "GeluTanh", "HardSigmoid", "HardSwish",
    "Identity",   "LeakyRelu", "Log",   "Mish",    "Neg",      "Not",         "Reciprocal",
    "Relu",       "Round",     "Selu",  "Sigmoid", "Sign",     "Sin",         "Sinh",
    "Softplus",   "Softsign",  "Sqrt",  "Swish",   "Tan",      "Tanh",        "ThresholdedRelu"};

/// y = fn(x), any shape. Source: the ONNX ops of those names, all opsets.
struct Unary {
  UnaryFn fn = UnaryFn::Identity;
  double alpha = 0;
  double beta = 0;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const Unary&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("alpha", self.alpha), visit("beta", self.beta);
  }
};

/// The function of one number. Not for BitwiseNot and Not.
double apply(const Unary& op, double x) noexcept;

TensorType infer(const Unary& op, Types in);
void reference(const Unary& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
