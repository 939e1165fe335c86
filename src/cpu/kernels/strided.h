#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Keeps a pointer in a register of its own. Left alone, GCC computes each address that follows from it ahead of time,
/// has too few registers for them and reads them back from the stack one by one.
template <class T>
[[gnu::always_inline]] inline void keep(T*& p) noexcept {
  asm volatile("" : "+r"(p));
}

template <class T>
[[gnu::always_inline]] inline T* bytes_behind(T* p, std::ptrdiff_t bytes) noexcept {
  return reinterpret_cast<T*>(reinterpret_cast<std::ptrdiff_t>(p) + bytes);
}

/// A fixed step, in floats, and the addresses that lie 0 to 8 steps behind another one, which the machine forms by
/// itself from few registers.
class Stride {
 public:
  [[gnu::always_inline]] explicit Stride(std::ptrdiff_t floats) noexcept
      : Stride(Bytes{floats * static_cast<std::ptrdiff_t>(sizeof(float))}) {}

  [[gnu::always_inline]] static Stride of_bytes(std::ptrdiff_t bytes) noexcept { return Stride(Bytes{bytes}); }

  /// `k` is known when compiling, 0 <= k <= 8.
  template <class T>
  [[gnu::always_inline]] T* from(T* first, int k) const noexcept {
    const auto at = reinterpret_cast<std::ptrdiff_t>(first);
    switch (k) {
      case 0:
        return first;
      case 1:
        return reinterpret_cast<T*>(at + step_);
      case 2:
        return reinterpret_cast<T*>(at + 2 * step_);
      case 3:
        return reinterpret_cast<T*>(at + step3_);
      case 4:
        return reinterpret_cast<T*>(at + 4 * step_);
      case 5:
        return reinterpret_cast<T*>(at + step5_);
      case 6:
        return reinterpret_cast<T*>(at + 2 * step3_);
      case 7:
        return reinterpret_cast<T*>(at + step7_);
      default:
        return reinterpret_cast<T*>(at + 8 * step_);
    }
  }

 private:
  struct Bytes {
    std::ptrdiff_t count;
  };
  [[gnu::always_inline]] explicit Stride(Bytes bytes) noexcept
      : step_(bytes.count), step3_(3 * step_), step5_(5 * step_), step7_(7 * step_) {
    asm volatile("" : "+r"(step_), "+r"(step3_), "+r"(step5_), "+r"(step7_));
  }

  std::ptrdiff_t step_, step3_, step5_, step7_;
};

/// Up to nine places a fixed step apart, which move together.
template <class T>
class Strided {
 public:
  [[gnu::always_inline]] Strided(T* first, std::ptrdiff_t step) noexcept : first_(first), stride_(step) {
    keep(first_);
  }

  [[gnu::always_inline]] T* operator[](int k) const noexcept { return stride_.from(first_, k); }

  /// Moves all places by so many elements.
  [[gnu::always_inline]] void advance(std::ptrdiff_t elements) noexcept {
    first_ += elements;
    keep(first_);
  }
  /// Moves all places so that the first one lies at `first`.
  [[gnu::always_inline]] void move_to(T* first) noexcept {
    first_ = first;
    keep(first_);
  }

 private:
  T* first_;
  Stride stride_;
};

}  // namespace exeunt::cpu
