#include "ops/unary.h"

#include <cmath>
#include <numbers>

#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

/// log(exp(x) + 1) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// NaN passes through; where the bounds cross, `highest` wins.
template <class T>
T clip(T x, T lowest, T highest) {
  return std::min(std::max(x, lowest), highest);
}

double activation(const Unary& op, double x) {
  switch (op.fn) {
    case UnaryFn::Celu:
      return std::max(x, 0.0) + std::min(op.alpha * std::expm1(x / op.alpha), 0.0);
    case UnaryFn::Clip:
      return clip(x, op.alpha, op.beta);
    case UnaryFn::Elu:
      return x < 0 ? op.alpha * std::expm1(x) : x;
    case UnaryFn::Gelu:
      return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    case UnaryFn::GeluTanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
    case UnaryFn::HardSigmoid:
      return clip(op.alpha * x + op.beta, 0.0, 1.0);
    case UnaryFn::HardSwish:
      return x * clip(x / 6 + 0.5, 0.0, 1.0);
    case UnaryFn::LeakyRelu:
      return x < 0 ? op.alpha * x : x;
    case UnaryFn::Mish:
      return x * std::tanh(softplus(x));
    case UnaryFn::Relu:
      return x < 0 ? 0 : x;
    case UnaryFn::Selu:
      return op.beta * (x > 0 ? x : op.alpha * std::expm1(x));
    case UnaryFn::Sigmoid:
      return 1 / (1 + std::exp(-x));
    case UnaryFn::Softplus:
      return softplus(x);
    case UnaryFn::Softsign:
      return x / (1 + std::abs(x));
    case UnaryFn::Swish:
      return x / (1 + std::exp(-op.alpha * x));
    case UnaryFn::ThresholdedRelu:
      return x > op.alpha ? x : 0;
    default:
      return x;
  }
}

double trigonometry(const Unary& op, double x) {
  switch (op.fn) {
    case UnaryFn::Acos:
      return std::acos(x);
    case UnaryFn::Acosh:
      return std::acosh(x);
    case UnaryFn::Asin:
      return std::asin(x);
    case UnaryFn::Asinh:
      return std::asinh(x);
    case UnaryFn::Atan:
      return std::atan(x);
    case UnaryFn::Atanh:
      return std::atanh(x);
    case UnaryFn::Cos:
      return std::cos(x);
    case UnaryFn::Cosh:
      return std::cosh(x);
    case UnaryFn::Sin:
      return std::sin(x);
    case UnaryFn::Sinh:
      return std::sinh(x);
    case UnaryFn::Tan:
      return std::tan(x);
    case UnaryFn::Tanh:
      return std::tanh(x);
    default:
      return activation(op, x);
  }
}

double float_function(const Unary& op, double x) {
  switch (op.fn) {
    case UnaryFn::Abs:
      return std::abs(x);
    case UnaryFn::Ceil:
      return std::ceil(x);
    case UnaryFn::Erf:
      return std::erf(x);
    case UnaryFn::Exp:
      return std::exp(x);
    case UnaryFn::Floor:
      return std::floor(x);
    case UnaryFn::Identity:
      return x;
    case UnaryFn::Log:
      return std::log(x);
    case UnaryFn::Neg:
      return -x;
    case UnaryFn::Reciprocal:
      return 1 / x;
    case UnaryFn::Round:
      return std::nearbyint(x);
    case UnaryFn::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryFn::Sqrt:
      return std::sqrt(x);
    default:
      return trigonometry(op, x);
  }
}

template <std::integral T>
T integer_function(const Unary& op, T x) {
  const Wide<T> wide = x;
  switch (op.fn) {
    case UnaryFn::Abs:
      return static_cast<T>(magnitude(wide));
    case UnaryFn::BitwiseNot:
      return static_cast<T>(~wide);
    case UnaryFn::Clip:
      return clip(x, convert<T>(op.alpha), convert<T>(op.beta));
    case UnaryFn::Neg:
      return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(wide));
    case UnaryFn::Not:
      return static_cast<T>(x == T{});
    case UnaryFn::Relu:
      return x < T{} ? T{} : x;
    case UnaryFn::Sign:
      return static_cast<T>((x > T{}) - (x < T{}));
    default:
      return x;
  }
}

}  // namespace

double apply(const Unary& op, double x) noexcept { return float_function(op, x); }

TensorType infer(const Unary& op, Types in) {
  const TensorType& x = type_at(in, 0);
  switch (op.fn) {
    case UnaryFn::Identity:
      break;
    case UnaryFn::Not:
      require(x.dtype == DType::boolean, ErrorCode::dtype, "Not takes bool, not {}", dtype_name(x.dtype));
      break;
    case UnaryFn::BitwiseNot:
      require(is_integer(x.dtype), ErrorCode::dtype, "BitwiseNot takes integers, not {}", dtype_name(x.dtype));
      break;
    case UnaryFn::Abs:
    case UnaryFn::Clip:
    case UnaryFn::Neg:
    case UnaryFn::Relu:
    case UnaryFn::Sign:
      require(x.dtype != DType::boolean, ErrorCode::dtype, "{} takes numbers, not bool", op.name());
      break;
    default:
      require_float(x, op.name());
  }
  return x;
}

void reference(const Unary& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    const T* x = in[0].as<T>();
    T* y = out[0].as<T>();
    for (std::int64_t i = 0; i < out[0].elements(); ++i) {
      if constexpr (AnyFloat<T>) {
        y[i] = convert<T>(float_function(op, widen(x[i])));
      } else {
        y[i] = integer_function(op, x[i]);
      }
    }
  });
}

}  // namespace exeunt::ops
