#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Up to nine places a fixed step apart, at addresses that the machine forms by itself from few registers. Left alone,
/// GCC computes each address ahead, has too few registers for them and reads them from the stack one by one.
template <class T>
class Strided {
 public:
  /// @param step  in elements
  [[gnu::always_inline]] Strided(T* first, std::ptrdiff_t step) noexcept
      : at_(address(first)),
        step_(step * static_cast<std::ptrdiff_t>(sizeof(T))),
        step3_(3 * step_),
        step5_(5 * step_),
        step7_(7 * step_) {
    hide();
  }

  /// Place `k`, 0 <= k <= 8, known when compiling.
  [[gnu::always_inline]] T* operator[](int k) const noexcept {
    switch (k) {
      case 0:
        return pointer(at_);
      case 1:
        return pointer(at_ + step_);
      case 2:
        return pointer(at_ + 2 * step_);
      case 3:
        return pointer(at_ + step3_);
      case 4:
        return pointer(at_ + 4 * step_);
      case 5:
        return pointer(at_ + step5_);
      case 6:
        return pointer(at_ + 2 * step3_);
      case 7:
        return pointer(at_ + step7_);
      default:
        return pointer(at_ + 8 * step_);
    }
  }

  /// Moves all places by so many elements.
  [[gnu::always_inline]] void advance(std::ptrdiff_t elements) noexcept {
    at_ += elements * static_cast<std::ptrdiff_t>(sizeof(T));
    asm volatile("" : "+r"(at_));
  }
  /// Moves all places so that the first one lies at `first`.
  [[gnu::always_inline]] void move_to(T* first) noexcept {
    at_ = address(first);
    asm volatile("" : "+r"(at_));
  }

 private:
  static std::ptrdiff_t address(T* p) noexcept { return reinterpret_cast<std::ptrdiff_t>(p); }
  static T* pointer(std::ptrdiff_t address) noexcept { return reinterpret_cast<T*>(address); }
  void hide() noexcept { asm volatile("" : "+r"(at_), "+r"(step_), "+r"(step3_), "+r"(step5_), "+r"(step7_)); }

  std::ptrdiff_t at_;
  std::ptrdiff_t step_, step3_, step5_, step7_;
};

}  // namespace exeunt::cpu
