#include <exeunt/tools/inspect.h>

#include "base/cpu_features.h"
#include "base/error.h"
#include "cpu/kernels/kernel_table.h"
#include "exeunt_version.h"

namespace exeunt {

std::string version_text() {
  return fmt::format("{} (commit {}, {}, {})", EXEUNT_VERSION, EXEUNT_COMMIT, EXEUNT_COMPILER, machine_isa());
}

std::string kernel_isa() { return std::string(cpu::active_kernels().isa); }

}  // namespace exeunt
