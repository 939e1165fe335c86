#pragma once

#include "base/dtype.h"

namespace exeunt {

/// How elements of one type are read and written as numbers of type W: double, std::int64_t or std::uint64_t.
template <class W>
struct ElementAccess {
  W (*read)(const std::byte* data, std::int64_t i) noexcept = nullptr;
  void (*write)(std::byte* data, std::int64_t i, W value) noexcept = nullptr;
  std::int64_t bytes = 0;  ///< of an element
  W lowest{}, highest{};   ///< of the type; infinities of floats
};

template <class W>
const ElementAccess<W>& element_access(DType dtype) noexcept;

/// A tensor's elements as numbers of type W, used like a pointer to them. A call an element: what a reference is slowed
/// down by so that it is in a program once and not for each element type.
template <class W>
class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(const TensorView& view) noexcept : data_(view.data), access_(&element_access<W>(view.dtype())) {}

  W operator[](std::int64_t i) const noexcept { return access_->read(data_, i); }
  Numbers operator+(std::int64_t elements) const noexcept {
    Numbers moved = *this;
    moved.data_ += elements * access_->bytes;
    return moved;
  }

 private:
  const std::byte* data_ = nullptr;
  const ElementAccess<W>* access_ = nullptr;
};

/// What products of matrices and windows read: floats as they lie, which tests and fallbacks mostly have, others by a
/// call.
template <class T>
using Factors = std::conditional_t<std::same_as<T, float>, const float*, Numbers<T>>;
template <class T>
Factors<T> factors(const TensorView& view) noexcept {
  if constexpr (std::same_as<T, float>) {
    return view.as<float>();
  } else {
    return Numbers<T>(view);
  }
}

/// Where results go. Numbers are converted as `convert` does it: integers wrap, floats saturate.
class Places {
 public:
  explicit Places(const MutableTensorView& view) noexcept : view_(view) {}

  template <class W>
  void set(std::int64_t i, W value) const noexcept {
    element_access<W>(view_.dtype()).write(view_.data, i, value);
  }

 private:
  MutableTensorView view_;
};

/// Calls f(TypeTag<W>{}) with Wide<T> of the elements' type T.
template <class F>
decltype(auto) dispatch_wide(DType dtype, F&& f) {
  if (is_float(dtype)) return f(TypeTag<double>{});
  const bool is_signed = dtype == DType::i8 || dtype == DType::i16 || dtype == DType::i32 || dtype == DType::i64;
  return is_signed ? f(TypeTag<std::int64_t>{}) : f(TypeTag<std::uint64_t>{});
}

/// The same with float for f32: what `factors` takes.
template <class F>
decltype(auto) dispatch_factors(DType dtype, F&& f) {
  return dtype == DType::f32 ? f(TypeTag<float>{}) : dispatch_wide(dtype, f);
}

}  // namespace exeunt
