#include "base/cpu_features.h"
#include "cpu/kernels/bf16_conv.h"
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

const Bf16Kernels& active_bf16_kernels(std::string_view wanted) {
  const Bf16Kernels& plain = scalar_bf16_kernels();
#if defined(__x86_64__)
  const bool is_plain = wanted.starts_with(plain.isa) && wanted.substr(plain.isa.size()).starts_with("_bf16");
  if (!is_plain && has_fast_bf16()) return avx512_bf16_kernels();
#endif
  static_cast<void>(wanted);
  return plain;
}

}  // namespace exeunt::cpu
