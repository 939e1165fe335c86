#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
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
Tensor tensor(DType dtype, const Shape& shape, const std::vector<double>& values);

Tensor f32(const Shape& shape, const std::vector<float>& values);
Tensor i8(const Shape& shape, const std::vector<std::int8_t>& values);
Tensor u8(const Shape& shape, const std::vector<std::uint8_t>& values);
Tensor i32(const Shape& shape, const std::vector<std::int32_t>& values);
Tensor i64(const Shape& shape, const std::vector<std::int64_t>& values);
Tensor u64(const Shape& shape, const std::vector<std::uint64_t>& values);
Tensor boolean(const Shape& shape, std::initializer_list<bool> values);

/// 1, 2, 3, ... in f32.
Tensor counting(const Shape& shape);

/// The elements as T, which must be the tensor's own element type.
template <class T>
std::vector<T> values(const Tensor& x) {
  const bool fits = dispatch(x.dtype(), []<class E>(TypeTag<E>) { return std::same_as<E, T>; });
  require(fits, ErrorCode::dtype, "the tensor is {}, not of the type asked for", x.type().str());
  return {x.span<T>().begin(), x.span<T>().end()};
}

/// The elements of a tensor of any dtype, as doubles.
std::vector<double> numbers(const Tensor& x);

/// What an op is given: a tensor, or `Tensor()` for an optional one left out. Borrowed for the call.
struct OpInput {
  const Tensor* tensor;
  OpInput(const Tensor& t) : tensor(&t) {}
};

/// Applies `op` through infer_type and run_reference.
Tensor run_op(const Op& op, const std::vector<OpInput>& operands);

/// Reads "f32[2,3]"; "" is an operand left out.
std::optional<TensorType> parse_type(std::string_view text);

/// The result of the type rule for operands such as "f32[2,3]", in the same notation.
std::string result_type(const Op& op, const std::vector<std::string_view>& operands);

/// The code with which the type rule refuses these operands; empty if it takes them.
std::optional<ErrorCode> error_of(const Op& op, const std::vector<std::string_view>& operands);

/// A NaN, in EXPECT_THAT and inside ElementsAre.
MATCHER(IsNaN, "is NaN") { return std::isnan(static_cast<double>(arg)); }

/// Each value within `tolerance` of the expected one.
inline auto near(std::vector<double> expected, double tolerance) {
  return ::testing::Pointwise(::testing::DoubleNear(tolerance), std::move(expected));
}

}  // namespace exeunt::testing
