#include "base/cpu_features.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

const QuantizedKernels& choose() {
  [[maybe_unused]] const std::string_view isa = active_kernels().isa;
#if defined(__x86_64__)
  if (isa == "avx512") return machine_has_vnni() ? avx512_vnni_kernels() : avx512_quantized_kernels();
  if (isa == "avx2") return machine_has_avx_vnni() ? avx2_vnni_kernels() : avx2_quantized_kernels();
#elif defined(__aarch64__)
  if (isa == "neon" && machine_has_dotprod()) return neon_dotprod_kernels();
#endif
  return scalar_quantized_kernels();
}

}  // namespace

const QuantizedKernels& active_quantized_kernels() {
  static const QuantizedKernels& kernels = choose();
  return kernels;
}

}  // namespace exeunt::cpu
