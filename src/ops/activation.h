#pragma once

#include <algorithm>

#include "ops/fields.h"

namespace exeunt::ops {

/// An activation fused into the step before it.
enum class Activation : std::uint8_t { none, relu };

template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<Activation> = {"none", "relu"};

/// NaN passes through.
template <class T>
T activate(Activation activation, T value) noexcept {
  return activation == Activation::relu && value < T{} ? T{} : value;
}

}  // namespace exeunt::ops
