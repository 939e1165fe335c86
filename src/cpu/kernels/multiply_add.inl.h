#pragma once

namespace exeunt::cpu {

/// Multiplies and adds in registers, enough sums side by side to keep the machine busy. @return how many
/// multiplications it did
template <class S>
double multiply_add(long rounds) noexcept {
  constexpr int kSums = 12;
  typename S::Vec sum[kSums];
  typename S::Vec a = S::set1(1);
  typename S::Vec b = S::set1(1e-9F);
#pragma GCC unroll 16
  for (int k = 0; k < kSums; ++k) sum[k] = S::zero();
  for (long i = 0; i < rounds; ++i) {
    S::pin(b);
#pragma GCC unroll 16
    for (int k = 0; k < kSums; ++k) {
      // Another number each time, as far as the compiler knows: it would multiply once for all sums where that is an
      // instruction of its own.
      S::pin(a);
      sum[k] = S::fma(a, b, sum[k]);
    }
#pragma GCC unroll 16
    for (int k = 0; k < kSums; ++k) S::pin(sum[k]);
  }
  return static_cast<double>(rounds) * kSums * S::kLanes;
}

}  // namespace exeunt::cpu
