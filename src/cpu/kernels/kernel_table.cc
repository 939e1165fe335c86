#include "cpu/kernels/kernel_table.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/cpu_features.h"
#include "base/error.h"

namespace exeunt::cpu {

namespace {

struct InstructionSet {
  std::string_view name;
  const KernelTable& (*kernels)() noexcept;
};

/// Those of this processor family, widest first: a machine runs its own and all behind it.
constexpr InstructionSet kSets[] = {
#if defined(__x86_64__)
    {"avx512", avx512_kernels},
    {"avx2", avx2_kernels},
#elif defined(__aarch64__)
    {"neon", neon_kernels},
#endif
    {"scalar", scalar_kernels},
};

const KernelTable& choose() {
  const std::string_view machine = machine_isa();
  const char* forced = std::getenv("EXEUNT_ISA");
  const std::string_view wanted = forced != nullptr && *forced != '\0' ? forced : machine;
  const auto* set = std::ranges::find(kSets, wanted, &InstructionSet::name);
  if (set == std::end(kSets)) {
    std::string names;
    for (const InstructionSet& s : kSets) names += fmt::format("{}{}", names.empty() ? "" : ", ", s.name);
    fail(ErrorCode::argument, "EXEUNT_ISA is '{}'; this build has {}", wanted, names);
  }
  require(set >= std::ranges::find(kSets, machine, &InstructionSet::name), ErrorCode::argument,
          "EXEUNT_ISA is '{}', but this machine has {}", wanted, machine);
  return set->kernels();
}

}  // namespace

const KernelTable& active_kernels() {
  static const KernelTable& table = choose();
  return table;
}

}  // namespace exeunt::cpu
