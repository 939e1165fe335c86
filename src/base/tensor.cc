#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/dtype.h"
#include "base/error.h"
#include "base/shape.h"

namespace exeunt {

namespace {

struct DTypeRow {
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<DTypeRow, 13> kDTypes = {{{"f32", 4},
                                               {"f64", 8},
                                               {"f16", 2},
                                               {"bf16", 2},
                                               {"i8", 1},
                                               {"u8", 1},
                                               {"i16", 2},
                                               {"u16", 2},
                                               {"i32", 4},
                                               {"u32", 4},
                                               {"i64", 8},
                                               {"u64", 8},
                                               {"bool", 1}}};

constexpr std::size_t kTensorAlignment = 64;

}  // namespace

std::string_view dtype_name(DType dtype) noexcept { return kDTypes[static_cast<std::size_t>(dtype)].name; }

std::size_t dtype_bytes(DType dtype) noexcept { return kDTypes[static_cast<std::size_t>(dtype)].bytes; }

std::optional<DType> parse_dtype(std::string_view name) noexcept {
  const auto row = std::ranges::find(kDTypes, name, &DTypeRow::name);
  if (row == kDTypes.end()) return std::nullopt;
  return static_cast<DType>(row - kDTypes.begin());
}

Shape::Shape(std::span<const std::int64_t> dims) {
  require(dims.size() <= kMaxRank, ErrorCode::shape, "a tensor has {} dimensions; at most {} are supported",
          dims.size(), kMaxRank);
  std::ranges::copy(dims, dims_.begin());
  rank_ = static_cast<int>(dims.size());
}

std::int64_t Shape::elements() const noexcept {
  // An empty axis first: the other dims may be anything and must not overflow.
  if (std::ranges::find(*this, 0) != end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t dim : *this) count *= dim;
  return count;
}

// By hand: the texts of errors that do not happen are made for every node of a plan that is loaded.
std::string Shape::str() const {
  std::string text = "[";
  for (const std::int64_t dim : *this) {
    if (text.size() > 1) text += ',';
    text += std::to_string(dim);
  }
  return text + ']';
}

bool Shape::operator==(const Shape& other) const noexcept { return std::ranges::equal(dims(), other.dims()); }

std::string TensorType::str() const { return std::string(dtype_name(dtype)) + shape.str(); }

void Tensor::Free::operator()(std::byte* p) const noexcept { std::free(p); }

Tensor::Tensor(const TensorType& type) : type_(type) {
  checked_bytes(type);
  // One byte at least, so that `present()` tells an empty tensor from an absent one.
  const std::size_t size =
      (std::max<std::size_t>(type.bytes(), 1) + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kTensorAlignment, size));
  require(memory != nullptr, ErrorCode::device, "no memory for a tensor of {} bytes ({})", size, type.str());
  std::memset(memory, 0, size);
  data_.reset(memory);
}

Tensor Tensor::placeholder(const TensorType& type) {
  checked_bytes(type);
  Tensor tensor;
  tensor.type_ = type;
  return tensor;
}

void Tensor::copy_from(const void* source, std::size_t count, std::size_t element_bytes) {
  require(count == static_cast<std::size_t>(elements()) && element_bytes == dtype_bytes(dtype()), ErrorCode::shape,
          "{} values of {} bytes do not make a tensor {}", count, element_bytes, type_.str());
  if (count > 0) std::memcpy(data_.get(), source, bytes());
}

Tensor Tensor::clone() const {
  if (empty()) return {};
  Tensor copy(type_);
  std::memcpy(copy.data_.get(), data_.get(), bytes());
  return copy;
}

}  // namespace exeunt
