#pragma once

namespace exeunt {

/// For loops that wait for another core: tells the processor so, which saves power and lets the loop end sooner.
inline void cpu_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

}  // namespace exeunt
