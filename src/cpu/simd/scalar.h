#pragma once

#include <cstring>

namespace exeunt::cpu {

/// 4 floats by the compiler's own vectors: whatever the machine has at least (SSE2 on x86-64), with
/// separate multiply and add where it has no fused one.
struct Scalar {
  typedef float Vec __attribute__((vector_size(16)));
  static constexpr int kLanes = 4;
  static constexpr int kRegisters = 16;

  [[gnu::always_inline]] static Vec zero() noexcept { return Vec{}; }
  [[gnu::always_inline]] static Vec set1(float x) noexcept { return Vec{x, x, x, x}; }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return *reinterpret_cast<const Unaligned*>(p); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { *reinterpret_cast<Unaligned*>(p) = v; }
  /// The first `n` lanes, 0 <= n <= kLanes; the others are zero and not touched in memory.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept {
    Vec v = {};
    std::memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(float));
    return v;
  }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept {
    std::memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(float));
  }

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return a + b; }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return a - b; }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return a * b; }
  /// a * b + c
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept { return a * b + c; }
  /// c - a * b
  [[gnu::always_inline]] static Vec fnma(Vec a, Vec b, Vec c) noexcept { return c - a * b; }
  /// NaN where x is NaN.
  [[gnu::always_inline]] static Vec clamp(Vec x, Vec low, Vec high) noexcept {
    x = x < low ? low : x;
    return x > high ? high : x;
  }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    const Vec larger = a > b ? a : b;
    return a != a ? a : larger;
  }

  /// Keeps a value from being computed ahead of its time.
  [[gnu::always_inline]] static void pin(Vec& v) noexcept {
#if defined(__x86_64__)
    asm volatile("" : "+x"(v));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(v));
#endif
  }

 private:
  typedef float Unaligned __attribute__((vector_size(16), aligned(4), may_alias));
};

}  // namespace exeunt::cpu
