#pragma once

#include <type_traits>

/// For lambdas of kernels.
#define EXEUNT_INLINE __attribute__((always_inline))

namespace exeunt::cpu {

/// Calls f(0, carried...) .. f(kCount - 1, carried...) with constants. Unlike a loop that the optimiser unrolls, this
/// gives it fixed indices from the start, so that arrays of vectors live in registers. GCC keeps in memory what a
/// lambda captures; so whatever lives on through a loop around this is handed over in `carried` instead.
template <int kCount, int kFrom = 0, class F, class... Carried>
[[gnu::always_inline]] inline void unrolled(const F& f, Carried&... carried) noexcept {
  if constexpr (kFrom < kCount) {
    f(std::integral_constant<int, kFrom>{}, carried...);
    unrolled<kCount, kFrom + 1>(f, carried...);
  }
}

}  // namespace exeunt::cpu
