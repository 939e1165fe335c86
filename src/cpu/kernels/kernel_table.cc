#include "cpu/kernels/kernel_table.h"

#include <cstdlib>
#include <string>

#include "base/cpu_features.h"
#include "base/error.h"

namespace exeunt::cpu {

namespace {

/// How many of the sets, narrowest first, a machine with `isa` runs.
int level_of(std::string_view isa) {
  if (isa == "avx512") return 2;
  return isa == "avx2" ? 1 : 0;
}

const KernelTable& choose() {
  const std::string_view machine = machine_isa();
  const char* forced = std::getenv("EXEUNT_ISA");
  const std::string_view wanted = forced != nullptr && *forced != '\0' ? forced : machine;
#if defined(__x86_64__)
  require(wanted == "avx512" || wanted == "avx2" || wanted == "scalar" || forced == nullptr, ErrorCode::argument,
          "EXEUNT_ISA is '{}'; avx512, avx2 or scalar", wanted);
  require(level_of(wanted) <= level_of(machine), ErrorCode::argument, "EXEUNT_ISA is '{}', but this machine has {}",
          wanted, machine);
  if (wanted == "avx512") return avx512_kernels();
  if (wanted == "avx2") return avx2_kernels();
#else
  require(wanted == "scalar" || forced == nullptr, ErrorCode::argument, "EXEUNT_ISA is '{}'; scalar", wanted);
#endif
  return scalar_kernels();
}

}  // namespace

const KernelTable& active_kernels() {
  static const KernelTable& table = choose();
  return table;
}

}  // namespace exeunt::cpu
