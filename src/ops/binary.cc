#include "ops/binary.h"

#include <cmath>
#include <limits>

#include "base/elements.h"
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

// Integers are computed with in 64 bits; what is stored of them wraps as arithmetic of their own width would.

template <std::integral W>
W divide(W a, W b) {
  if (b == W{}) return W{};
  if constexpr (std::is_signed_v<W>) {
    if (b == W{-1}) return static_cast<W>(std::uint64_t{0} - static_cast<std::uint64_t>(a));
  }
  return a / b;
}

/// With the sign of a.
template <std::integral W>
W remainder(W a, W b) {
  if constexpr (std::is_signed_v<W>) {
    if (b == W{-1}) return W{};
  }
  return b == W{} ? W{} : a % b;
}

/// With the sign of b.
template <std::integral W>
W modulo(W a, W b) {
  const W rest = remainder(a, b);
  return rest != W{} && (rest < W{}) != (b < W{}) ? rest + b : rest;
}

/// `a`, of `digits` bits, moved by `count` bits, up or down.
template <std::integral W>
W shift(W a, W count, bool up, std::uint64_t digits) {
  if (static_cast<std::uint64_t>(count) >= digits) return W{};
  const auto bits = static_cast<std::uint64_t>(a);
  return static_cast<W>(up ? bits << count : bits >> count);
}

template <std::integral W>
W bit_function(BinaryFn fn, W a, W b, std::uint64_t digits) {
  switch (fn) {
    case BinaryFn::BitShiftLeft:
      return shift(a, b, true, digits);
    case BinaryFn::BitShiftRight:
      return shift(a, b, false, digits);
    case BinaryFn::BitwiseAnd:
      return a & b;
    case BinaryFn::BitwiseOr:
      return a | b;
    case BinaryFn::BitwiseXor:
      return a ^ b;
    default:
      return a;
  }
}

template <std::integral W>
W integer_function(BinaryFn fn, W a, W b, std::uint64_t digits) {
  // Unsigned arithmetic wraps by definition, as two's complement does.
  const auto ua = static_cast<std::uint64_t>(a);
  const auto ub = static_cast<std::uint64_t>(b);
  switch (fn) {
    case BinaryFn::Add:
      return static_cast<W>(ua + ub);
    case BinaryFn::And:
      return static_cast<W>(a && b);
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
      return static_cast<W>(ua * ub);
    case BinaryFn::Or:
      return static_cast<W>(a || b);
    case BinaryFn::PRelu:
      return a < W{} ? static_cast<W>(ua * ub) : a;
    case BinaryFn::Sub:
      return static_cast<W>(ua - ub);
    case BinaryFn::Xor:
      return static_cast<W>((a != W{}) != (b != W{}));
    default:
      return bit_function(fn, a, b, digits);
  }
}

template <class W>
void reference_as(BinaryFn fn, Inputs in, const MutableTensorView& y) {
  const Shape& shape = y.shape();
  StridedLoop<2> loop(shape, {broadcast_strides(in[0].shape(), shape), broadcast_strides(in[1].shape(), shape)});
  const Numbers<W> a(in[0]);
  const Numbers<W> b(in[1]);
  const Places out(y);
  const std::uint64_t digits = 8 * dtype_bytes(y.dtype());
  for (std::int64_t i = 0; !loop.done(); loop.next(), ++i) {
    const W left = a[loop.offset(0)];
    const W right = b[loop.offset(1)];
    if constexpr (std::floating_point<W>) {
      out.set(i, float_function(fn, left, right));
    } else {
      out.set(i, integer_function(fn, left, right, digits));
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
  // Powers are computed with floats, of whatever types base and exponent are.
  if (op.fn == BinaryFn::Pow) return reference_as<double>(op.fn, in, out[0]);
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op.fn, in, out[0]); });
}

}  // namespace exeunt::ops
