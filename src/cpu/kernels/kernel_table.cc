#include "cpu/kernels/kernel_table.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/cpu_features.h"
#include "base/error.h"
#include "base/text.h"

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

const InstructionSet& find(std::string_view name, std::string_view who) {
  const auto* set = std::ranges::find(kSets, name, &InstructionSet::name);
  if (set != std::end(kSets)) return *set;
  std::string names;
  for (const InstructionSet& s : kSets) names += formatted("{}{}", names.empty() ? "" : ", ", s.name);
  fail(ErrorCode::argument, "{} is '{}'; this build has {}", who, name, names);
}

const KernelTable& choose() {
  const std::string_view machine = machine_isa();
  const char* forced = std::getenv("EXEUNT_ISA");
  const std::string_view wanted = forced != nullptr && *forced != '\0' ? forced : machine;
  const KernelTable& kernels = find(wanted, "the instruction set asked for (EXEUNT_ISA, --isa)").kernels();
  require(runs_here(kernels), ErrorCode::argument,
          "the instruction set '{}' was asked for (EXEUNT_ISA, --isa), but this machine has {}", wanted, machine);
  return kernels;
}

thread_local const KernelTable* used = nullptr;

}  // namespace

const KernelTable& native_kernels() {
  static const KernelTable& table = choose();
  return table;
}

const KernelTable& active_kernels() { return used != nullptr ? *used : native_kernels(); }

bool are_kernels_native() { return used == nullptr; }

const KernelTable& kernels_of(std::string_view isa) { return find(isa, "the target's instruction set").kernels(); }

bool runs_here(const KernelTable& kernels) noexcept {
  return std::ranges::find(kSets, kernels.isa, &InstructionSet::name) >=
         std::ranges::find(kSets, machine_isa(), &InstructionSet::name);
}

UseKernels::UseKernels(const KernelTable& kernels) : before_(std::exchange(used, nullptr)) {
  if (&active_kernels() != &kernels) used = &kernels;
}
UseKernels::~UseKernels() { used = before_; }

}  // namespace exeunt::cpu
