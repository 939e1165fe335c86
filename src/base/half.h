#pragma once

#include <bit>
#include <cstdint>

namespace exeunt {

/// IEEE 754 binary16, storage only: arithmetic happens in float.
struct Half {
  std::uint16_t bits = 0;

  Half() = default;
  explicit Half(float value) noexcept;
  explicit operator float() const noexcept;
};

/// The upper half of an IEEE binary32, storage only: arithmetic happens in float.
struct BFloat16 {
  std::uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(float value) noexcept;
  explicit operator float() const noexcept { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

}  // namespace exeunt
