#include <exeunt/plan.h>

#include <array>

#include "cpu/cpu_backend.h"
#include "engine/runtime/load_plan.h"
#include "ref/ref_backend.h"

namespace exeunt {

Plan Plan::load(const std::filesystem::path& path) {
  const std::array backends = {&own_cpu_backend(), &ref_backend()};
  return Plan(std::make_shared<const PlanData>(load_plan(path, backends)));
}

}  // namespace exeunt
