#include <vector>

#include "base/cpu_features.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

/// Asked for once: a virtual machine takes many microseconds for the answer.
bool has_byte_products(std::string_view isa) {
#if defined(__x86_64__)
  static const bool wide = machine_has_vnni();
  static const bool narrow = machine_has_avx_vnni();
  return isa == "avx512" ? wide : narrow;
#else
  static const bool neon = machine_has_dotprod();
  return isa == "neon" && neon;
#endif
}

/// Those that go with the active kernels, best first. A machine that is not here may lack what goes beyond its set.
std::vector<const QuantizedKernels*> choices() {
  [[maybe_unused]] const std::string_view isa = active_kernels().isa;
  [[maybe_unused]] const bool is_here = are_kernels_native();
  std::vector<const QuantizedKernels*> all;
#if defined(__x86_64__)
  if (isa == "avx512") {
    if (is_here && has_byte_products(isa)) all.push_back(&avx512_vnni_kernels());
    all.push_back(&avx512_quantized_kernels());
  } else if (isa == "avx2") {
    if (is_here && has_byte_products(isa)) all.push_back(&avx2_vnni_kernels());
    all.push_back(&avx2_quantized_kernels());
  }
#elif defined(__aarch64__)
  static const bool has_matrices = machine_has_i8mm();
  if (isa == "neon" && is_here && has_matrices) all.push_back(&neon_i8mm_kernels());
  if (isa == "neon" && is_here && has_byte_products(isa)) all.push_back(&neon_dotprod_kernels());
#endif
  all.push_back(&scalar_quantized_kernels());
  return all;
}

}  // namespace

const QuantizedKernels& active_quantized_kernels(std::string_view wanted) {
  const std::vector<const QuantizedKernels*> all = choices();
  for (const QuantizedKernels* kernels : all) {
    if (wanted.starts_with(kernels->isa) && wanted.substr(kernels->isa.size()).starts_with("_int8")) return *kernels;
  }
  return *all.front();
}

}  // namespace exeunt::cpu
