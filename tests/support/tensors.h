#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "ops/op.h"

namespace exeunt {

inline void PrintTo(ErrorCode code, std::ostream* out) { *out << error_code_name(code); }

}  // namespace exeunt

/// Literal tensors, and ops run on them as a graph would: first the type rule, then the reference.
namespace exeunt::testing {

inline constexpr std::array kFloats = {DType::f32, DType::f64, DType::f16, DType::bf16};
inline constexpr std::array kSigned = {DType::i8, DType::i16, DType::i32, DType::i64};
inline constexpr std::array kIntegers = {DType::i8,  DType::u8,  DType::i16, DType::u16,
                                         DType::i32, DType::u32, DType::i64, DType::u64};
inline constexpr std::array kNumbers = {DType::f32, DType::f64, DType::f16, DType::bf16, DType::i8,  DType::u8,
                                        DType::i16, DType::u16, DType::i32, DType::u32,  DType::i64, DType::u64};
inline constexpr std::array kAllTypes = {DType::f32, DType::f64, DType::f16,    DType::bf16, DType::i8,
                                         DType::u8,  DType::i16, DType::u16,    DType::i32,  DType::u32,
                                         DType::i64, DType::u64, DType::boolean};

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

/// A tensor of any dtype, its values given as doubles.
inline Tensor tensor(DType dtype, const Shape& shape, const std::vector<double>& values) {
  Tensor result(TensorType{dtype, shape});
  require(values.size() == static_cast<std::size_t>(result.elements()), ErrorCode::argument, "{} values for {}",
          values.size(), result.type().str());
  dispatch(dtype, [&]<class T>(TypeTag<T>) {
    for (std::size_t i = 0; i < values.size(); ++i) result.mutable_span<T>()[i] = convert<T>(values[i]);
  });
  return result;
}

inline Tensor f32(const Shape& shape, const std::vector<float>& values) {
  return Tensor::of(DType::f32, shape, std::span(values));
}
inline Tensor i8(const Shape& shape, const std::vector<std::int8_t>& values) {
  return Tensor::of(DType::i8, shape, std::span(values));
}
inline Tensor u8(const Shape& shape, const std::vector<std::uint8_t>& values) {
  return Tensor::of(DType::u8, shape, std::span(values));
}
inline Tensor i32(const Shape& shape, const std::vector<std::int32_t>& values) {
  return Tensor::of(DType::i32, shape, std::span(values));
}
inline Tensor i64(const Shape& shape, const std::vector<std::int64_t>& values) {
  return Tensor::of(DType::i64, shape, std::span(values));
}
inline Tensor u64(const Shape& shape, const std::vector<std::uint64_t>& values) {
  return Tensor::of(DType::u64, shape, std::span(values));
}
inline Tensor boolean(const Shape& shape, std::initializer_list<bool> values) {
  return Tensor::of(DType::boolean, shape, std::span(values.begin(), values.size()));
}

/// 1, 2, 3, ... in f32.
inline Tensor counting(const Shape& shape) {
  Tensor result(TensorType{DType::f32, shape});
  float next = 0;
  for (float& value : result.mutable_span<float>()) value = ++next;
  return result;
}

/// The elements as T, which must be the tensor's own element type.
template <class T>
std::vector<T> values(const Tensor& x) {
  const bool fits = dispatch(x.dtype(), []<class E>(TypeTag<E>) { return std::same_as<E, T>; });
  require(fits, ErrorCode::dtype, "the tensor is {}, not of the type asked for", x.type().str());
  return {x.span<T>().begin(), x.span<T>().end()};
}

/// The elements of a tensor of any dtype, as doubles.
inline std::vector<double> numbers(const Tensor& x) {
  std::vector<double> result;
  dispatch(x.dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : x.span<T>()) result.push_back(static_cast<double>(widen(value)));
  });
  return result;
}

/// What an op is given: a tensor, or `Tensor()` for an optional one left out. Borrowed for the call.
struct OpInput {
  const Tensor* tensor;
  OpInput(const Tensor& t) : tensor(&t) {}
};

/// Applies `op` through infer_type and run_reference.
inline Tensor run_op(const Op& op, const std::vector<OpInput>& operands) {
  std::vector<const TensorType*> types;
  std::vector<TensorView> views;
  for (const OpInput& operand : operands) {
    types.push_back(operand.tensor->empty() ? nullptr : &operand.tensor->type());
    views.push_back(operand.tensor->view());
  }
  Tensor result(infer_type(op, types));
  // So that an element the reference forgets does not pass for a zero.
  std::memset(result.mutable_view().data, 0xa5, result.bytes());
  run_reference(op, views, std::array{result.mutable_view()});
  return result;
}

/// Reads "f32[2,3]"; "" is an operand left out.
inline std::optional<TensorType> parse_type(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t bracket = text.find('[');
  std::vector<std::int64_t> dims;
  for (const char* at = text.data() + bracket + 1; *at != ']' && at < text.data() + text.size();) {
    at = std::from_chars(at, text.data() + text.size(), dims.emplace_back()).ptr;
    if (*at == ',') ++at;
  }
  return TensorType{parse_dtype(text.substr(0, bracket)).value(), Shape(dims)};
}

/// The result of the type rule for operands such as "f32[2,3]", in the same notation.
inline std::string result_type(const Op& op, const std::vector<std::string_view>& operands) {
  std::vector<std::optional<TensorType>> types;
  for (const std::string_view text : operands) types.push_back(parse_type(text));
  std::vector<const TensorType*> pointers;
  for (const auto& type : types) pointers.push_back(type ? &*type : nullptr);
  return infer_type(op, pointers).str();
}

/// The code with which the type rule refuses these operands; empty if it takes them.
inline std::optional<ErrorCode> error_of(const Op& op, const std::vector<std::string_view>& operands) {
  try {
    result_type(op, operands);
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

/// A NaN, in EXPECT_THAT and inside ElementsAre.
MATCHER(IsNaN, "is NaN") { return std::isnan(static_cast<double>(arg)); }

/// Each value within `tolerance` of the expected one.
inline auto near(std::vector<double> expected, double tolerance) {
  return ::testing::Pointwise(::testing::DoubleNear(tolerance), std::move(expected));
}

}  // namespace exeunt::testing
