#include "base/cpu_features.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

bool has_fast_bf16() {
#if defined(__x86_64__)
  // Asked for once: a virtual machine takes many microseconds for the answer.
  static const bool machine = machine_has_bf16();
  // A machine that is not here may lack what goes beyond its set.
  return machine && are_kernels_native() && active_kernels().isa == "avx512";
#else
  return false;
#endif
}

bool has_fast_fp16() {
#if defined(__aarch64__)
  static const bool machine = machine_has_fp16();
  return machine && are_kernels_native() && active_kernels().isa == "neon";
#else
  return false;
#endif
}

const HalfKernels* active_half_kernels(DType dtype, std::string_view wanted) {
#if defined(__aarch64__)
  if (dtype == DType::f16 && has_fast_fp16()) return &neon_fp16_kernels();
#endif
  if (dtype != DType::bf16) return nullptr;
  const HalfKernels& plain = scalar_bf16_kernels();
#if defined(__x86_64__)
  if (!wanted.starts_with(plain.name) && has_fast_bf16()) return &avx512_bf16_kernels();
#endif
  static_cast<void>(wanted);
  return &plain;
}

}  // namespace exeunt::cpu
