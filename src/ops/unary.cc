#include "ops/unary.h"

#include <cmath>

namespace exeunt::ops {

namespace {

double float_function(UnaryFn fn, double x) {
  switch (fn) {
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
    case UnaryFn::Not:
      return x == 0 ? 1 : 0;
    case UnaryFn::Reciprocal:
      return 1 / x;
    case UnaryFn::Relu:
      return x < 0 ? 0 : x;
    case UnaryFn::Round:
      return std::nearbyint(x);
    case UnaryFn::Sigmoid:
      return 1 / (1 + std::exp(-x));
    case UnaryFn::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryFn::Sqrt:
      return std::sqrt(x);
    case UnaryFn::Tanh:
      return std::tanh(x);
  }
  return x;
}

template <std::integral T>
T integer_function(UnaryFn fn, T x) {
  const Wide<T> wide = x;
  switch (fn) {
    case UnaryFn::Abs:
      return static_cast<T>(wide < Wide<T>{} ? std::uint64_t{0} - static_cast<std::uint64_t>(wide) : wide);
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

TensorType infer(const Unary& op, Types in) {
  const TensorType& x = type_at(in, 0);
  switch (op.fn) {
    case UnaryFn::Identity:
      break;
    case UnaryFn::Not:
      require(x.dtype == DType::boolean, ErrorCode::dtype, "Not takes bool, not {}", dtype_name(x.dtype));
      break;
    case UnaryFn::Abs:
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
        y[i] = convert<T>(float_function(op.fn, widen(x[i])));
      } else {
        y[i] = integer_function(op.fn, x[i]);
      }
    }
  });
}

}  // namespace exeunt::ops
