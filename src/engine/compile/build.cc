#include <exeunt/plan.h>

#include "base/error.h"
#include "engine/compile/backends.h"
#include "engine/compile/model_data.h"
#include "engine/compile/step_timer.h"
#include "plan/build_plan.h"

namespace exeunt {

Plan Plan::build(const Model& model, const BuildOptions& options) {
  constexpr int kMostThreads = 256;
  require(options.threads >= 1 && options.threads <= kMostThreads, ErrorCode::argument,
          "{} threads; 1 to {} can be had", options.threads, kMostThreads);
  const std::vector<const Backend*> backends = backends_for(options.backend);
  return with_context(model.data().path.string(), [&] {
    const Graph& graph = model.data().graph;
    const StepTimer timer(graph, {options.optimization_level, options.conv_tolerance, options.threads});
    PlanData plan = build_plan(graph, backends, timer, options.threads);
    if (model.data().batch_obstacle) plan.batch_obstacle = model.data().batch_obstacle->str();
    return Plan(std::make_shared<const PlanData>(std::move(plan)));
  });
}

}  // namespace exeunt
