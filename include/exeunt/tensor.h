#pragma once

#include <exeunt/api.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace EXEUNT_API exeunt {

/// Element types. `boolean` is one byte, 0 or 1.
enum class DType : std::uint8_t { f32, f64, f16, bf16, i8, u8, i16, u16, i32, u32, i64, u64, boolean };

/// "f32", "i64", "bool", ...
std::string_view dtype_name(DType dtype) noexcept;

/// Bytes of one element, 1 to 8.
std::size_t dtype_bytes(DType dtype) noexcept;

/// The dimensions of a tensor, outermost first; at most kMaxRank of them. Never allocates.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : Shape(std::span(dims.begin(), dims.size())) {}
  /// @throws Error shape if there are more than kMaxRank dims.
  explicit Shape(std::span<const std::int64_t> dims);

  int rank() const noexcept { return rank_; }
  std::int64_t operator[](int axis) const noexcept { return dims_[static_cast<std::size_t>(axis)]; }
  std::int64_t& operator[](int axis) noexcept { return dims_[static_cast<std::size_t>(axis)]; }
  std::span<const std::int64_t> dims() const noexcept { return {dims_.data(), static_cast<std::size_t>(rank_)}; }
  auto begin() const noexcept { return dims().begin(); }
  auto end() const noexcept { return dims().end(); }

  /// Product of the dims; 1 for a scalar.
  std::int64_t elements() const noexcept;

  /// "[1,3,32,32]".
  std::string str() const;

  bool operator==(const Shape& other) const noexcept;

 private:
  std::array<std::int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

/// Element type and shape of a tensor.
struct TensorType {
  DType dtype = DType::f32;
  Shape shape;

  std::size_t bytes() const noexcept { return static_cast<std::size_t>(shape.elements()) * dtype_bytes(dtype); }
  /// "f32[1,3,32,32]".
  std::string str() const;
  bool operator==(const TensorType&) const = default;
};

/// A borrowed, contiguous, row-major tensor. `Byte` is `const std::byte` or `std::byte`.
template <class Byte>
struct BasicTensorView {
  Byte* data = nullptr;
  TensorType type;

  /// False for an operand that is left out.
  bool present() const noexcept { return data != nullptr; }
  std::int64_t elements() const noexcept { return type.shape.elements(); }
  const Shape& shape() const noexcept { return type.shape; }
  DType dtype() const noexcept { return type.dtype; }

  template <class T>
  auto* as() const noexcept {
    using Element = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return reinterpret_cast<Element*>(data);
  }
  template <class T>
  auto span() const noexcept {
    return std::span(as<T>(), static_cast<std::size_t>(elements()));
  }

  operator BasicTensorView<const std::byte>() const noexcept requires(!std::is_const_v<Byte>) { return {data, type}; }
};

using TensorView = BasicTensorView<const std::byte>;
using MutableTensorView = BasicTensorView<std::byte>;

/// An owned, contiguous, row-major tensor, 64-byte aligned, zero-filled at first. Moves; copies by `clone`.
class Tensor {
 public:
  Tensor() = default;
  /// @throws Error device if the memory is not to be had.
  explicit Tensor(const TensorType& type);
  /// A type without elements: `empty()`, and no view of it is present. Stands for a constant that is kept elsewhere.
  static Tensor placeholder(const TensorType& type);
  /// Copies `values` into a tensor of `shape`. @throws Error shape if the counts differ.
  template <class T>
  static Tensor of(DType dtype, const Shape& shape, std::span<const T> values);

  const TensorType& type() const noexcept { return type_; }
  const Shape& shape() const noexcept { return type_.shape; }
  DType dtype() const noexcept { return type_.dtype; }
  std::int64_t elements() const noexcept { return type_.shape.elements(); }
  std::size_t bytes() const noexcept { return type_.bytes(); }
  bool empty() const noexcept { return data_ == nullptr; }

  TensorView view() const noexcept { return {data_.get(), type_}; }
  MutableTensorView mutable_view() noexcept { return {data_.get(), type_}; }
  template <class T>
  std::span<const T> span() const noexcept {
    return view().span<T>();
  }
  template <class T>
  std::span<T> mutable_span() noexcept {
    return mutable_view().span<T>();
  }
  Tensor clone() const;

 private:
  struct Free {
    void operator()(std::byte* p) const noexcept;
  };
  void copy_from(const void* source, std::size_t count, std::size_t element_bytes);

  TensorType type_;
  std::unique_ptr<std::byte[], Free> data_;
};

template <class T>
Tensor Tensor::of(DType dtype, const Shape& shape, std::span<const T> values) {
  Tensor result(TensorType{dtype, shape});
  result.copy_from(values.data(), values.size(), sizeof(T));
  return result;
}

}  // namespace exeunt
