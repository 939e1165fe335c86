#include <exeunt/plan.h>

#include "base/error.h"
#include "engine/compile/backends.h"
#include "engine/compile/model_data.h"
#include "plan/build_plan.h"

namespace exeunt {

Plan Plan::build(const Model& model, const BuildOptions& options) {
  const std::vector<const Backend*> backends = backends_for(options.backend);
  return with_context(model.data().path.string(),
                      [&] { return Plan(std::make_shared<const PlanData>(build_plan(model.data().graph, backends))); });
}

}  // namespace exeunt
