#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/kernels/half_conv.h"

/// What kernels of all 16-bit floats share. `S` holds floats and says how they become 16-bit ones in memory and back.
namespace exeunt::cpu {

/// Floats whose memory is 16-bit floats: a vector is half as many words there as S has lanes.
template <class S>
struct HalfMemory : S::Float {
  using Vec = typename S::Vec;
  static constexpr int kLanes = S::kLanes / 2;

  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return S::widen(halves(p)); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { S::narrow(halves(p), v); }
  /// Of the first `n` words.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept {
    return S::widen_part(halves(p), 2 * n);
  }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept {
    S::narrow_part(halves(p), v, 2 * n);
  }

 private:
  [[gnu::always_inline]] static const std::uint16_t* halves(const float* p) noexcept {
    return reinterpret_cast<const std::uint16_t*>(p);
  }
  [[gnu::always_inline]] static std::uint16_t* halves(float* p) noexcept { return reinterpret_cast<std::uint16_t*>(p); }
};

/// What becomes of sums.
template <class S>
struct HalfResults {
  typename S::Vec low, high;
  const std::uint16_t* residual;
  std::uint16_t* y;

  /// Adds the residual, clamps, rounds and stores: `lanes` of them, all if kWhole. `at` counts elements.
  template <bool kWhole>
  [[gnu::always_inline]] void store(typename S::Vec v, std::ptrdiff_t at, int lanes) const noexcept {
    if (residual != nullptr) v = S::add(v, kWhole ? S::widen(residual + at) : S::widen_part(residual + at, lanes));
    v = S::clamp(v, low, high);
    kWhole ? S::narrow(y + at, v) : S::narrow_part(y + at, v, lanes);
  }
};

/// A tile of which only some channels exist, `vecs` vectors a row: those of few networks, so that all tiles share it.
template <class S>
[[gnu::noinline, gnu::cold]] void store_part_of_half_tile(const float* sums, int rows, int vecs, float low, float high,
                                                          std::ptrdiff_t step, int channels,
                                                          const std::uint16_t* residual, std::uint16_t* y) noexcept {
  const HalfResults<S> results{S::set1(low), S::set1(high), residual, y};
  for (std::ptrdiff_t at = 0; rows > 0; --rows, sums += vecs * S::kLanes, at += step) {
    for (int c = 0; c < channels; c += S::kLanes)
      results.template store<false>(S::load(sums + c), at + c, std::min(S::kLanes, channels - c));
  }
}

/// HalfKernels::narrow.
template <class S>
void half_narrow(const float* x, std::ptrdiff_t count, std::uint16_t* y) noexcept {
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::narrow(y + i, S::load(x + i));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) S::narrow_part(y + i, S::load_part(x + i, rest), rest);
}

/// HalfKernels::widen.
template <class S>
void half_widen(const std::uint16_t* x, std::ptrdiff_t count, float* y) noexcept {
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::store(y + i, S::widen(x + i));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) S::store_part(y + i, S::widen_part(x + i, rest), rest);
}

}  // namespace exeunt::cpu
