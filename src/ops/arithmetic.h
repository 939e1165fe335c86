#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>

namespace exeunt::ops {

/// a + b in a Wide type; integers wrap as two's complement does.
template <class W>
W wrapping_add(W a, W b) noexcept {
  if constexpr (std::integral<W>) {
    return static_cast<W>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return a + b;
  }
}

/// a * b in a Wide type; integers wrap as two's complement does.
template <class W>
W wrapping_multiply(W a, W b) noexcept {
  if constexpr (std::integral<W>) {
    return static_cast<W>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

/// |a| in a Wide type; the smallest integer is its own.
template <class W>
W magnitude(W a) noexcept {
  if constexpr (std::integral<W>) {
    return static_cast<W>(a < W{} ? std::uint64_t{0} - static_cast<std::uint64_t>(a) : static_cast<std::uint64_t>(a));
  } else {
    return std::abs(a);
  }
}

}  // namespace exeunt::ops
