#pragma once

#include <exeunt/tensor.h>

#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/error.h"
#include "base/half.h"

namespace exeunt {

template <class T>
concept ShortFloat = std::same_as<T, Half> || std::same_as<T, BFloat16>;
template <class T>
concept AnyFloat = std::floating_point<T> || ShortFloat<T>;

/// The type in which the reference computes with elements of T: double for floats, 64-bit for integers.
template <class T>
using Wide =
    std::conditional_t<AnyFloat<T>, double, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

template <class T>
Wide<T> widen(T value) noexcept {
  if constexpr (ShortFloat<T>) {
    return static_cast<double>(static_cast<float>(value));
  } else {
    return static_cast<Wide<T>>(value);
  }
}

/// Converts as a C cast would, with NaN and out-of-range floats made definite: NaN becomes 0 and
/// values beyond an integer's range its nearest end. To bool: anything but 0 is true.
template <class To, class From>
To convert(From value) noexcept {
  if constexpr (ShortFloat<From>) {
    return convert<To>(static_cast<float>(value));
  } else if constexpr (ShortFloat<To>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::same_as<To, bool>) {
    return value != From{};
  } else if constexpr (std::floating_point<From> && std::integral<To>) {
    if (std::isnan(value)) return To{};
    // Both ends as From: the upper one rounds up to a power of two, hence >=.
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

/// Rounds half to even and clamps to the range of integer type T (quantisation).
template <std::integral T>
T round_saturate(double value) noexcept {
  return convert<T>(std::nearbyint(value));
}

template <class T>
struct TypeTag {
  using type = T;
};

/// Calls `f(TypeTag<T>{})` with the C++ type of `dtype`.
template <class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return f(TypeTag<float>{});
    case DType::f64:
      return f(TypeTag<double>{});
    case DType::f16:
      return f(TypeTag<Half>{});
    case DType::bf16:
      return f(TypeTag<BFloat16>{});
    case DType::i8:
      return f(TypeTag<std::int8_t>{});
    case DType::u8:
      return f(TypeTag<std::uint8_t>{});
    case DType::i16:
      return f(TypeTag<std::int16_t>{});
    case DType::u16:
      return f(TypeTag<std::uint16_t>{});
    case DType::i32:
      return f(TypeTag<std::int32_t>{});
    case DType::u32:
      return f(TypeTag<std::uint32_t>{});
    case DType::i64:
      return f(TypeTag<std::int64_t>{});
    case DType::u64:
      return f(TypeTag<std::uint64_t>{});
    case DType::boolean:
      return f(TypeTag<bool>{});
  }
  fail(ErrorCode::internal, "element type {} does not exist", static_cast<int>(dtype));
}

inline bool is_float(DType dtype) noexcept {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16 || dtype == DType::bf16;
}

/// Floats of 16 bits.
inline bool is_16_bit_float(DType dtype) noexcept { return dtype == DType::f16 || dtype == DType::bf16; }

inline bool is_integer(DType dtype) noexcept { return !is_float(dtype) && dtype != DType::boolean; }

/// The inverse of dtype_name; empty for an unknown name.
std::optional<DType> parse_dtype(std::string_view name) noexcept;

}  // namespace exeunt
