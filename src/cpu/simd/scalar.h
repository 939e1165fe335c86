#pragma once

#include <cstdint>
#include <cstring>

namespace exeunt::cpu {

/// 4 floats by the compiler's own vectors: whatever the machine has at least (SSE2 on x86-64), with
/// separate multiply and add where it has no fused one.
struct Scalar {
  typedef float Vec __attribute__((vector_size(16)));
  static constexpr int kLanes = 4;
  /// Those that a tile takes: a small tile is nearly as fast here, and one program fewer for each height.
  static constexpr int kRegisters = 8;

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

  /// IEEE halves as the floats that they are. Not inline: it is in every program, and slow in any case.
  [[gnu::noinline]] static Vec load_halves(const std::uint16_t* p) noexcept {
    Halves halves = {};
    std::memcpy(&halves, p, sizeof halves);
    const Lanes wide = __builtin_convertvector(halves, Lanes);
    // In place their exponent is too small by 112, of denormal numbers as well; that of infinity and NaN is the
    // largest.
    const Vec size = from_bits((wide & 0x7fff) << 13) * 0x1p112F;
    const Lanes is_special = (wide & 0x7c00) == 0x7c00;
    return from_bits(bits(size) | (is_special & 0x7f800000) | (wide & 0x8000) << 16);
  }

  /// A word as an integer; the integer in its low half in units of 2^16.
  [[gnu::always_inline]] static Vec whole_of_word(Vec words) noexcept {
    return __builtin_convertvector(bits(words), Vec);
  }
  [[gnu::always_inline]] static Vec whole_of_low_half(Vec words) noexcept {
    return __builtin_convertvector(bits(words) << 16, Vec);
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
    return clamp_above(x < low ? low : x, high);
  }
  [[gnu::always_inline]] static Vec clamp_above(Vec x, Vec high) noexcept { return x > high ? high : x; }

  /// The larger of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec max(Vec a, Vec b) noexcept {
    const Vec larger = a > b ? a : b;
    return a != a ? a : larger;
  }

  /// The smaller of each pair; NaN if one of both is.
  [[gnu::always_inline]] static Vec min(Vec a, Vec b) noexcept {
    const Vec smaller = a < b ? a : b;
    return a != a ? a : smaller;
  }

  /// The larger of each pair; where one is NaN, b.
  [[gnu::always_inline]] static Vec max_number(Vec a, Vec b) noexcept { return a > b ? a : b; }
  /// A set of lanes.
  typedef int Lanes __attribute__((vector_size(16)));
  [[gnu::always_inline]] static Lanes all_lanes() noexcept { return ~Lanes{}; }
  /// Those of `lanes` in which neither a nor b is NaN.
  [[gnu::always_inline]] static Lanes without_nan(Lanes lanes, Vec a, Vec b) noexcept {
    return lanes & (a == a) & (b == b);
  }
  /// a in `lanes`, b in the others.
  [[gnu::always_inline]] static Vec select(Lanes lanes, Vec a, Vec b) noexcept { return lanes ? a : b; }

  [[gnu::always_inline]] static Vec div(Vec a, Vec b) noexcept { return a / b; }
  /// 1 / sqrt(x) to some units in the last place, for x of size 1e-30 to 1e30.
  [[gnu::always_inline]] static Vec reciprocal_sqrt(Vec x) noexcept { return div(set1(1), sqrt(x)); }
  [[gnu::always_inline]] static Vec sqrt(Vec x) noexcept {
    for (int i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
  }
  [[gnu::always_inline]] static Vec abs(Vec x) noexcept { return from_bits(bits(x) & 0x7fffffff); }
  /// The size of a with the sign of b.
  [[gnu::always_inline]] static Vec copy_sign(Vec a, Vec b) noexcept {
    return from_bits((bits(a) & 0x7fffffff) | (bits(b) & ~0x7fffffff));
  }
  /// 1 / x to 2 units in the last place, for x of size 1e-37 to 1e37.
  [[gnu::always_inline]] static Vec reciprocal(Vec x) noexcept { return 1.0F / x; }
  /// x * 2^n for whole n of size below 250; overflows to infinity and underflows to 0 by way of the denormal numbers.
  [[gnu::always_inline]] static Vec scale(Vec x, Vec n) noexcept {
    // Whole numbers are the lowest bits of a float of this size. In two steps, for 2^n alone need not be a number.
    const Lanes whole = bits(n + kWhole) - bits(set1(kWhole));
    const Lanes half = whole >> 1;
    return x * power_of_2(half) * power_of_2(whole - half);
  }
  /// The nearest whole number; of two the even one. For x of size below 2^20.
  [[gnu::always_inline]] static Vec round(Vec x) noexcept { return (x + kWhole) - kWhole; }
  /// a < b ? x : y
  [[gnu::always_inline]] static Vec select_less(Vec a, Vec b, Vec x, Vec y) noexcept { return a < b ? x : y; }

  /// The first n lanes of a, the others of b.
  [[gnu::always_inline]] static Vec select_part(Vec a, Vec b, int n) noexcept {
    std::memcpy(&b, &a, static_cast<std::size_t>(n) * sizeof(float));
    return b;
  }

  [[gnu::always_inline]] static float sum(Vec v) noexcept { return (v[0] + v[1]) + (v[2] + v[3]); }
  /// The largest lane; NaN if one is.
  [[gnu::always_inline]] static float highest(Vec v) noexcept {
    v = max(v, Vec{v[2], v[3], v[0], v[1]});
    return max(v, Vec{v[1], v[0], v[3], v[2]})[0];
  }

  /// Rows become columns.
  [[gnu::always_inline]] static void transpose(Vec (&rows)[kLanes]) noexcept {
    Vec columns[kLanes];
    for (int i = 0; i < kLanes; ++i) columns[i] = Vec{rows[0][i], rows[1][i], rows[2][i], rows[3][i]};
    for (int i = 0; i < kLanes; ++i) rows[i] = columns[i];
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
  typedef std::uint16_t Halves __attribute__((vector_size(8)));
  /// 1.5 * 2^23
  static constexpr float kWhole = 12582912;

  [[gnu::always_inline]] static Lanes bits(Vec v) noexcept { return reinterpret_cast<Lanes>(v); }
  [[gnu::always_inline]] static Vec from_bits(Lanes i) noexcept { return reinterpret_cast<Vec>(i); }
  [[gnu::always_inline]] static Vec power_of_2(Lanes n) noexcept { return from_bits((n + 127) << 23); }
};

}  // namespace exeunt::cpu
