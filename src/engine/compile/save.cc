#include <exeunt/plan.h>

#include "base/files.h"
#include "cpu/kernels/kernel_table.h"
#include "engine/compile/backends.h"
#include "engine/runtime/load_plan.h"
#include "exeunt_version.h"
#include "plan/saved_plan.h"

namespace exeunt {

Plan Plan::load(const std::filesystem::path& path) {
  return Plan(std::make_shared<const PlanData>(load_plan(path, backends_for("cpu"))));
}

void Plan::save(const std::filesystem::path& path) const {
  // A plan that was read lies there as its file has it.
  if (data_->file != nullptr) return write_file(path, data_->file->bytes());
  const cpu::UseKernels kernels(cpu::kernels_of(data_->isa));
  const AlignedBuffer bytes = write_plan(*data_, backends_for("cpu"), EXEUNT_VERSION);
  write_file(path, {bytes.data(), bytes.size()});
}

}  // namespace exeunt
