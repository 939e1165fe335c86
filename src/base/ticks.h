#pragma once

#include <chrono>
#include <cstdint>

namespace exeunt {

/// A counter of constant rate, from wherever it began. Reading it takes some nanoseconds, half of what a clock takes.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t value = 0;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// How long a tick is, known better the longer ago it was made.
class TickRate {
 public:
  TickRate() noexcept : start_(Clock::now()), first_(ticks()) {}

  /// Waits up to two milliseconds after it was made.
  double us_per_tick() const noexcept {
    Clock::duration passed{};
    std::uint64_t counted = 0;
    do {
      passed = Clock::now() - start_;
      counted = ticks() - first_;
    } while (passed < std::chrono::milliseconds(2));
    return std::chrono::duration<double, std::micro>(passed).count() / static_cast<double>(counted);
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
  std::uint64_t first_;
};

}  // namespace exeunt
