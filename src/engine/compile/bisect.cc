#include "engine/compile/bisect.h"

#include "base/error.h"
#include "engine/compile/add_difference.h"
#include "engine/compile/backends.h"
#include "engine/compile/model_data.h"
#include "engine/compile/trace.h"
#include "passes/pipeline.h"
#include "plan/build_plan.h"

namespace exeunt {

namespace {

/// The outputs at all exits, sample by sample.
std::vector<Trace> outputs_of(const Graph& graph, std::span<const Tensor> inputs) {
  const auto plan = std::make_shared<const PlanData>(build_plan(graph, backends_for("ref")));
  const std::int64_t samples = count_samples(plan->info.inputs, inputs);
  Tracer tracer(plan);
  std::vector<Trace> traces;
  for (std::int64_t i = 0; i < samples; ++i) {
    traces.push_back(tracer.run(inputs, i));
    traces.back().steps.clear();
  }
  return traces;
}

Difference difference_of(const std::vector<Trace>& ours, const std::vector<Trace>& theirs, double tolerance) {
  Difference sum;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    for (std::size_t e = 0; e < ours[i].outputs.size(); ++e) {
      for (std::size_t k = 0; k < ours[i].outputs[e].size(); ++k)
        add(sum, distance(ours[i].outputs[e][k].view(), theirs[i].outputs[e][k].view()), tolerance);
    }
  }
  return sum;
}

}  // namespace

Bisection bisect_stages(const Graph& first, std::span<const PassStage> stages, std::span<const Tensor> inputs,
                        const CompareOptions& options) {
  Bisection result;
  const std::vector<Trace> wanted = outputs_of(first, inputs);
  for (const PassStage& stage : stages) {
    const Difference difference = difference_of(outputs_of(stage.graph, inputs), wanted, options.tolerance);
    result.passes.push_back({stage.pass, stage.limit, stage.rewrites, difference});
    const auto done = static_cast<std::int64_t>(result.passes.size());
    if (options.progress) options.progress(done, static_cast<std::int64_t>(stages.size()));
    if (!difference.past) continue;
    result.first_past = static_cast<int>(done) - 1;
    break;
  }
  return result;
}

Bisection bisect_passes(const Model& model, std::span<const Tensor> inputs, const CompareOptions& options) {
  Graph graph = model.data().imported;
  std::vector<PassStage> stages;
  PipelineOptions pipeline;
  int limit = 0;
  pipeline.after_pass = [&](const PassRecord& pass, const Graph& after) {
    ++limit;
    // Constants are shared: a copy of a graph is small.
    if (pass.rewrites > 0) stages.push_back({std::string(pass.name), limit, pass.rewrites, after});
  };
  run_pipeline(graph, pipeline);
  return with_context(model.data().path.string(),
                      [&] { return bisect_stages(model.data().imported, stages, inputs, options); });
}

}  // namespace exeunt
