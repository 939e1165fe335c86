#include "base/cpu_features.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace exeunt {

#if defined(__x86_64__)
namespace {

/// Conversions between floats and halves. Compilers differ on whether __builtin_cpu_supports knows the name.
bool machine_has_f16c() noexcept {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

}  // namespace
#endif

std::string_view machine_isa() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0) {
    return "avx512";
  }
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && machine_has_f16c()) return "avx2";
  return "scalar";
#elif defined(__aarch64__)
  return "neon";
#else
  return "scalar";
#endif
}

bool machine_has_vnni() noexcept {
#if defined(__x86_64__)
  return machine_isa() == "avx512" && __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

bool machine_has_avx_vnni() noexcept {
#if defined(__x86_64__)
  // Compilers older than the instruction do not know its name.
  constexpr unsigned kAvxVnni = 1U << 4U;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return machine_isa() != "scalar" && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kAvxVnni) != 0;
#else
  return false;
#endif
}

bool machine_has_bf16() noexcept {
#if defined(__x86_64__)
  constexpr unsigned kAvx512Bf16 = 1U << 5U;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return machine_isa() == "avx512" && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kAvx512Bf16) != 0;
#else
  return false;
#endif
}

bool machine_has_dotprod() noexcept {
#if defined(__aarch64__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
  return false;
#endif
}

bool machine_has_i8mm() noexcept {
#if defined(__aarch64__)
  return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
#else
  return false;
#endif
}

bool machine_has_fp16() noexcept {
#if defined(__aarch64__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDHP) != 0;
#else
  return false;
#endif
}

}  // namespace exeunt
