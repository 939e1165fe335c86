#include "support/tensors.h"

#include <charconv>
#include <cstring>

namespace exeunt::testing {

Tensor tensor(DType dtype, const Shape& shape, const std::vector<double>& values) {
  Tensor result(TensorType{dtype, shape});
  require(values.size() == static_cast<std::size_t>(result.elements()), ErrorCode::argument, "{} values for {}",
          values.size(), result.type().str());
  dispatch(dtype, [&]<class T>(TypeTag<T>) {
    for (std::size_t i = 0; i < values.size(); ++i) result.mutable_span<T>()[i] = convert<T>(values[i]);
  });
  return result;
}

Tensor f32(const Shape& shape, const std::vector<float>& values) {
  return Tensor::of(DType::f32, shape, std::span(values));
}

Tensor i8(const Shape& shape, const std::vector<std::int8_t>& values) {
  return Tensor::of(DType::i8, shape, std::span(values));
}

Tensor u8(const Shape& shape, const std::vector<std::uint8_t>& values) {
  return Tensor::of(DType::u8, shape, std::span(values));
}

Tensor i32(const Shape& shape, const std::vector<std::int32_t>& values) {
  return Tensor::of(DType::i32, shape, std::span(values));
}

Tensor i64(const Shape& shape, const std::vector<std::int64_t>& values) {
  return Tensor::of(DType::i64, shape, std::span(values));
}

Tensor u64(const Shape& shape, const std::vector<std::uint64_t>& values) {
  return Tensor::of(DType::u64, shape, std::span(values));
}

Tensor boolean(const Shape& shape, std::initializer_list<bool> values) {
  return Tensor::of(DType::boolean, shape, std::span(values.begin(), values.size()));
}

Tensor counting(const Shape& shape) {
  Tensor result(TensorType{DType::f32, shape});
  float next = 0;
  for (float& value : result.mutable_span<float>()) value = ++next;
  return result;
}

std::vector<double> numbers(const Tensor& x) {
  std::vector<double> result;
  dispatch(x.dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : x.span<T>()) result.push_back(static_cast<double>(widen(value)));
  });
  return result;
}

Tensor run_op(const Op& op, const std::vector<OpInput>& operands) {
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

std::optional<TensorType> parse_type(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t bracket = text.find('[');
  std::vector<std::int64_t> dims;
  for (const char* at = text.data() + bracket + 1; *at != ']' && at < text.data() + text.size();) {
    at = std::from_chars(at, text.data() + text.size(), dims.emplace_back()).ptr;
    if (*at == ',') ++at;
  }
  return TensorType{parse_dtype(text.substr(0, bracket)).value(), Shape(dims)};
}

std::string result_type(const Op& op, const std::vector<std::string_view>& operands) {
  std::vector<std::optional<TensorType>> types;
  for (const std::string_view text : operands) types.push_back(parse_type(text));
  std::vector<const TensorType*> pointers;
  for (const auto& type : types) pointers.push_back(type ? &*type : nullptr);
  return infer_type(op, pointers).str();
}

std::optional<ErrorCode> error_of(const Op& op, const std::vector<std::string_view>& operands) {
  try {
    result_type(op, operands);
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace exeunt::testing
