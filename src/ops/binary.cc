#include "ops/binary.h"

#include <cmath>
#include <limits>

#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

double float_function(BinaryFn fn, double a, double b) {
  switch (fn) {
    case BinaryFn::Add:
      return a + b;
    case BinaryFn::Div:
      return a / b;
    case BinaryFn::Fmod:
      return std::fmod(a, b);
    case BinaryFn::Max:
      return std::isnan(a) || a > b ? a : b;
    case BinaryFn::Min:
      return std::isnan(a) || a < b ? a : b;
    case BinaryFn::Mul:
      return a * b;
    case BinaryFn::PRelu:
      return a < 0 ? a * b : a;
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

/// With the sign of a.
template <std::integral T>
T remainder(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return T{};
  }
  return b == T{} ? T{} : static_cast<T>(a % b);
}

/// With the sign of b.
template <std::integral T>
T modulo(T a, T b) {
  const T rest = remainder(a, b);
  return rest != T{} && (rest < T{}) != (b < T{}) ? static_cast<T>(rest + b) : rest;
}

/// `a` moved by `count` bits, up or down.
template <std::integral T>
T shift(T a, T count, bool up) {
  if (static_cast<std::uint64_t>(count) >= std::numeric_limits<T>::digits) return T{};
  const auto bits = static_cast<std::uint64_t>(a);
  return static_cast<T>(up ? bits << count : bits >> count);
}

template <std::integral T>
T bit_function(BinaryFn fn, T a, T b) {
  switch (fn) {
    case BinaryFn::BitShiftLeft:
      return shift(a, b, true);
    case BinaryFn::BitShiftRight:
      return shift(a, b, false);
    case BinaryFn::BitwiseAnd:
      return static_cast<T>(a & b);
    case BinaryFn::BitwiseOr:
      return static_cast<T>(a | b);
    case BinaryFn::BitwiseXor:
      return static_cast<T>(a ^ b);
    default:
      return a;
  }
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
    case BinaryFn::Fmod:
      return remainder(a, b);
    case BinaryFn::Max:
      return std::max(a, b);
    case BinaryFn::Min:
      return std::min(a, b);
    case BinaryFn::Mod:
      return modulo(a, b);
    case BinaryFn::Mul:
      return static_cast<T>(ua * ub);
    case BinaryFn::Or:
      return static_cast<T>(a || b);
    case BinaryFn::PRelu:
      return a < T{} ? static_cast<T>(ua * ub) : a;
    case BinaryFn::Pow:
      return convert<T>(std::pow(static_cast<double>(a), static_cast<double>(b)));
    case BinaryFn::Sub:
      return static_cast<T>(ua - ub);
    case BinaryFn::Xor:
      return static_cast<T>((a != T{}) != (b != T{}));
    default:
      return bit_function(fn, a, b);
  }
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

struct TypeRule {
  std::string_view what;
  bool (*takes)(DType);
};

constexpr TypeRule kNumbers = {"numbers", [](DType d) { return d != DType::boolean; }};
constexpr TypeRule kBool = {"bool", [](DType d) { return d == DType::boolean; }};
constexpr TypeRule kIntegers = {"integers", [](DType d) { return is_integer(d); }};
constexpr TypeRule kUnsigned = {"unsigned integers", [](DType d) {
                                  return d == DType::u8 || d == DType::u16 || d == DType::u32 || d == DType::u64;
                                }};

const TypeRule& rule_of(BinaryFn fn) {
  switch (fn) {
    case BinaryFn::And:
    case BinaryFn::Or:
    case BinaryFn::Xor:
      return kBool;
    case BinaryFn::BitShiftLeft:
    case BinaryFn::BitShiftRight:
      return kUnsigned;
    case BinaryFn::BitwiseAnd:
    case BinaryFn::BitwiseOr:
    case BinaryFn::BitwiseXor:
    case BinaryFn::Mod:
      return kIntegers;
    default:
      return kNumbers;
  }
}

}  // namespace

TensorType infer(const Binary& op, Types in) {
  const TensorType& a = type_at(in, 0);
  const TensorType& b = type_at(in, 1);
  if (op.fn != BinaryFn::Pow) require_same_dtype(a, b);
  const TypeRule& rule = rule_of(op.fn);
  require(rule.takes(a.dtype) && rule.takes(b.dtype), ErrorCode::dtype, "{} takes {}, not {}", op.name(), rule.what,
          dtype_name(rule.takes(a.dtype) ? b.dtype : a.dtype));
  const TensorType y{a.dtype, broadcast(a.shape, b.shape)};
  require(op.fn != BinaryFn::PRelu || y == a, ErrorCode::shape, "the slope {} does not broadcast to {}", b.shape.str(),
          a.shape.str());
  return y;
}

void reference(const Binary& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if (in[0].dtype() == in[1].dtype()) return reference_as<T, T>(op.fn, in, out[0]);
    dispatch(in[1].dtype(), [&]<class B>(TypeTag<B>) { reference_as<T, B>(op.fn, in, out[0]); });
  });
}

}  // namespace exeunt::ops
