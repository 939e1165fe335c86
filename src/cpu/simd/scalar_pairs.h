#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "cpu/simd/scalar.h"

namespace exeunt::cpu {

/// What Avx2Pairs is, by the compiler's own vectors.
struct ScalarPairs {
  using Vec [[gnu::vector_size(16)]] = std::int32_t;
  using Float = Scalar;
  static constexpr int kLanes = 4;
  static constexpr int kGroup = 2;

  [[gnu::always_inline]] static Vec zero() noexcept { return Vec{}; }
  [[gnu::always_inline]] static Vec load(const float* p) noexcept {
    Vec v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { std::memcpy(p, &v, sizeof v); }
  [[gnu::always_inline]] static Vec set1(const float& word) noexcept {
    std::int32_t bits;
    std::memcpy(&bits, &word, sizeof bits);
    return set_int(bits);
  }
  [[gnu::always_inline]] static Vec fma(Vec a, Vec b, Vec c) noexcept {
    return add(c, add(mul(low(a), low(b)), mul(a >> 16, b >> 16)));
  }
  [[gnu::always_inline]] static void pin(Vec&) noexcept {}

  [[gnu::always_inline]] static Vec add(Vec a, Vec b) noexcept { return signed_of(unsigned_of(a) + unsigned_of(b)); }
  [[gnu::always_inline]] static Vec sub(Vec a, Vec b) noexcept { return signed_of(unsigned_of(a) - unsigned_of(b)); }
  [[gnu::always_inline]] static Vec mul(Vec a, Vec b) noexcept { return signed_of(unsigned_of(a) * unsigned_of(b)); }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_left(Vec a) noexcept {
    return signed_of(unsigned_of(a) << kBits);
  }
  template <int kBits>
  [[gnu::always_inline]] static Vec shift_right(Vec a) noexcept {
    return a >> kBits;
  }
  [[gnu::always_inline]] static Vec set_int(std::int32_t x) noexcept { return Vec{x, x, x, x}; }
  [[gnu::always_inline]] static Scalar::Vec to_float(Vec v) noexcept {
    Scalar::Vec result;
    for (int i = 0; i < kLanes; ++i) result[i] = static_cast<float>(v[i]);
    return result;
  }
  /// Rounded once, as the wider sets do it.
  [[gnu::always_inline]] static Scalar::Vec multiply_add(Scalar::Vec a, Scalar::Vec b, Scalar::Vec c) noexcept {
    for (int i = 0; i < kLanes; ++i) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
    return c;
  }
  [[gnu::always_inline]] static Vec round(Scalar::Vec v) noexcept {
    Vec result;
    // A long is wider; wider sets make the least integer of what is below all.
    constexpr long kLeast = std::numeric_limits<std::int32_t>::min();
    for (int i = 0; i < kLanes; ++i) result[i] = static_cast<std::int32_t>(std::max(kLeast, std::lrint(v[i])));
    return result;
  }

  [[gnu::always_inline]] static Vec load_bytes(const std::uint8_t* p) noexcept { return load_bytes_part(p, kLanes); }
  [[gnu::always_inline]] static Vec load_bytes_part(const std::uint8_t* p, int n) noexcept {
    Vec v{};
    for (int i = 0; i < n; ++i) v[i] = p[i];
    return v;
  }
  [[gnu::always_inline]] static void store_bytes(std::uint8_t* p, Vec v) noexcept { store_bytes_part(p, v, kLanes); }
  [[gnu::always_inline]] static void store_bytes_part(std::uint8_t* p, Vec v, int n) noexcept {
    for (int i = 0; i < n; ++i) p[i] = static_cast<std::uint8_t>(std::clamp(v[i], 0, 255));
  }

  /// As Avx2Pairs has it.
  template <int kVecs>
  [[gnu::always_inline]] static void store_bytes_of(std::uint8_t* to, std::ptrdiff_t step, const Vec (&v)[4], Vec zeros,
                                                    Vec lows) noexcept {
    const int zero = zeros[0] & 0xFFFF;
    const int low = lows[0] & 0xFF;
    for (int k = 0; k < kVecs; ++k, to += step)
      for (int i = 0; i < kLanes; ++i)
        to[i] = static_cast<std::uint8_t>(std::clamp(std::clamp(v[k][i], -0x8000, 0x7FFF) + zero, low, 255));
  }

  static constexpr int kShorts = 8;
  using Shorts [[gnu::vector_size(16)]] = std::int16_t;
  [[gnu::always_inline]] static Shorts load_shorts(const std::uint8_t* p) noexcept {
    Shorts v;
    for (int i = 0; i < kShorts; ++i) v[i] = p[i];
    return v;
  }
  [[gnu::always_inline]] static void store_shorts(float* p, Shorts v) noexcept { std::memcpy(p, &v, sizeof v); }
  [[gnu::always_inline]] static Shorts reload_shorts(const float* p) noexcept {
    Shorts v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  [[gnu::always_inline]] static Shorts add_shorts(Shorts a, Shorts b) noexcept { return a + b; }
  [[gnu::always_inline]] static Shorts sub_shorts(Shorts a, Shorts b) noexcept { return a - b; }
  template <int kBits>
  [[gnu::always_inline]] static Shorts shift_shorts(Shorts a) noexcept {
    return a * static_cast<std::int16_t>(1 << kBits);
  }

  static void widen(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
    auto* shorts = reinterpret_cast<std::int16_t*>(to);
    for (std::ptrdiff_t i = 0; i < count; ++i) shorts[i] = from[i];
  }

 private:
  using Bits [[gnu::vector_size(16)]] = std::uint32_t;
  [[gnu::always_inline]] static Bits unsigned_of(Vec v) noexcept { return reinterpret_cast<Bits>(v); }
  [[gnu::always_inline]] static Vec signed_of(Bits v) noexcept { return reinterpret_cast<Vec>(v); }
  [[gnu::always_inline]] static Vec low(Vec words) noexcept { return signed_of(unsigned_of(words) << 16) >> 16; }
};

}  // namespace exeunt::cpu
