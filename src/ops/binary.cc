#include "ops/binary.h"

#include <cmath>

namespace exeunt::ops {

namespace {

double float_function(BinaryFn fn, double a, double b) {
  switch (fn) {
    case BinaryFn::Add:
      return a + b;
    case BinaryFn::Div:
      return a / b;
    case BinaryFn::Max:
      return std::isnan(a) || a > b ? a : b;
    case BinaryFn::Min:
      return std::isnan(a) || a < b ? a : b;
    case BinaryFn::Mul:
      return a * b;
    case BinaryFn::Pow:
      return std::pow(a, b);
    case BinaryFn::Sub:
      return a - b;
    default:
      return 0;
  }
}

template <std::integral T>
T divide(T a, T b) {
  if (b == T{}) return T{};
  if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(a));
  }
  return static_cast<T>(a / b);
}

template <std::integral T>
T integer_function(BinaryFn fn, T a, T b) {
  // Unsigned arithmetic wraps by definition, as two's complement does.
  const auto ua = static_cast<std::uint64_t>(a);
  const auto ub = static_cast<std::uint64_t>(b);
  switch (fn) {
    case BinaryFn::Add:
      return static_cast<T>(ua + ub);
    case BinaryFn::And:
      return static_cast<T>(a && b);
    case BinaryFn::Div:
      return divide(a, b);
    case BinaryFn::Max:
      return std::max(a, b);
    case BinaryFn::Min:
      return std::min(a, b);
    case BinaryFn::Mul:
      return static_cast<T>(ua * ub);
    case BinaryFn::Or:
      return static_cast<T>(a || b);
    case BinaryFn::Pow:
      return convert<T>(std::pow(static_cast<double>(a), static_cast<double>(b)));
    case BinaryFn::Sub:
      return static_cast<T>(ua - ub);
    case BinaryFn::Xor:
      return static_cast<T>((a != T{}) != (b != T{}));
  }
  return a;
}

template <class T, class B>
void reference_as(BinaryFn fn, Inputs in, MutableTensorView y) {
  const Shape& shape = y.shape();
  StridedLoop<2> loop(shape, {broadcast_strides(in[0].shape(), shape), broadcast_strides(in[1].shape(), shape)});
  T* out = y.as<T>();
  for (; !loop.done(); loop.next()) {
    const T a = in[0].as<T>()[loop.offset(0)];
    const B b = in[1].as<B>()[loop.offset(1)];
    if constexpr (AnyFloat<T>) {
      *out++ = convert<T>(float_function(fn, widen(a), static_cast<double>(widen(b))));
    } else if constexpr (std::same_as<T, B>) {
      *out++ = integer_function(fn, a, b);
    } else {
      *out++ = convert<T>(std::pow(static_cast<double>(a), static_cast<double>(widen(b))));
    }
  }
}

}  // namespace

TensorType infer(const Binary& op, Types in) {
  const TensorType& a = type_at(in, 0);
  const TensorType& b = type_at(in, 1);
  if (op.fn != BinaryFn::Pow) require_same_dtype(a, b);
  const bool logic = op.fn == BinaryFn::And || op.fn == BinaryFn::Or || op.fn == BinaryFn::Xor;
  require((a.dtype == DType::boolean) == logic && (b.dtype == DType::boolean) == logic, ErrorCode::dtype,
          "{} takes {}, not {}", op.name(), logic ? "bool" : "numbers", dtype_name(a.dtype));
  return {a.dtype, broadcast(a.shape, b.shape)};
}

void reference(const Binary& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if (in[0].dtype() == in[1].dtype()) return reference_as<T, T>(op.fn, in, out[0]);
    dispatch(in[1].dtype(), [&]<class B>(TypeTag<B>) { reference_as<T, B>(op.fn, in, out[0]); });
  });
}

}  // namespace exeunt::ops
