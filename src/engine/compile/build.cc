#include <exeunt/plan.h>

#include "base/error.h"
#include "engine/compile/backends.h"
#include "engine/compile/model_data.h"
#include "engine/compile/step_timer.h"
#include "plan/build_plan.h"

namespace exeunt {

Plan Plan::build(const Model& model, const BuildOptions& options) {
  const std::vector<const Backend*> backends = backends_for(options.backend);
  return with_context(model.data().path.string(), [&] {
    const Graph& graph = model.data().graph;
    PlanData plan = build_plan(graph, backends, StepTimer(graph, {options.optimization_level, options.conv_tolerance}));
    if (model.data().batch_obstacle) plan.batch_obstacle = model.data().batch_obstacle->str();
    return Plan(std::make_shared<const PlanData>(std::move(plan)));
  });
}

}  // namespace exeunt
