#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace exeunt::ops {

/// The names of an enum's values, in order; specialised beside each enum that is a field of an op.
template <class Enum>
inline constexpr auto kEnumNames = nullptr;

template <class Enum>
constexpr std::string_view enum_name(Enum value) noexcept {
  return kEnumNames<Enum>[static_cast<std::size_t>(value)];
}

template <class Enum>
constexpr std::optional<Enum> parse_enum(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kEnumNames<Enum>.size(); ++i) {
    if (kEnumNames<Enum>[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<double>;

}  // namespace exeunt::ops
