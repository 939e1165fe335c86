#include "engine/runtime/load_plan.h"

#include "base/error.h"
#include "cpu/kernels/kernel_table.h"
#include "exeunt_version.h"
#include "plan/saved_plan.h"

namespace exeunt {

PlanData load_plan(const std::filesystem::path& path, std::span<const Backend* const> backends) {
  std::shared_ptr<const PlanFile> file = PlanFile::map(path);
  return with_context(path.string(),
                      [&] { return read_plan(std::move(file), backends, EXEUNT_VERSION, cpu::active_kernels().isa); });
}

}  // namespace exeunt
