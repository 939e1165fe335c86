#include <exeunt/plan.h>
#include <exeunt/tools/inspect.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"
#include "engine/compile/backends.h"
#include "engine/compile/model_data.h"
#include "engine/compile/precision.h"
#include "engine/compile/step_timer.h"
#include "plan/build_plan.h"

namespace exeunt {

namespace {

/// Of each step's candidates the first that does not round more than it has to.
std::vector<Choice> choose_exact(const PlanData&, std::span<const std::vector<Candidate>> candidates) {
  std::vector<Choice> choices(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto exact = std::ranges::find(candidates[i], false, &Candidate::approximate);
    if (exact != candidates[i].end()) choices[i].candidate = static_cast<std::size_t>(exact - candidates[i].begin());
  }
  return choices;
}

void log_build(const Model& model, const Plan& plan) {
  const std::string file = model.data().path.string();
  for (const std::string& note : plan.notes()) log(LogLevel::note, fmt::format("{}: {}", file, note));
  for (const Warning& warning : find_warnings(model, plan)) {
    const std::string where = warning.node.empty() ? "" : fmt::format("node '{}': ", warning.node);
    log(LogLevel::warning, fmt::format("{}: {}{} ({})", file, where, warning.message, warning.hint));
  }
}

}  // namespace

Plan Plan::build(const Model& model, const BuildOptions& options) {
  constexpr int kMostThreads = 256;
  require(options.threads >= 1 && options.threads <= kMostThreads, ErrorCode::argument,
          "{} threads; 1 to {} can be had", options.threads, kMostThreads);
  const cpu::KernelTable& native = cpu::active_kernels();
  const cpu::KernelTable& kernels = options.target_isa.empty() ? native : cpu::kernels_of(options.target_isa);
  const std::vector<const Backend*> backends = backends_for(options.backend, !options.runtime_only);
  TimingCache cache(options.timing_cache);
  TimingOptions timing{options.optimization_level, options.conv_tolerance, options.threads, kernels.isa};
  timing.runs_here = cpu::runs_here(kernels);
  timing.is_native = &kernels == &native;
  timing.cache = options.timing_cache.empty() ? nullptr : &cache;
  timing.progress = options.progress;
  const cpu::UseKernels use(kernels);
  Plan plan = with_context(model.data().path.string(), [&] {
    const PlanGraph plan_graph = [&](const Graph& graph) {
      const StepTimer timer(graph, timing);
      PlanData data = build_plan(graph, backends, timer, options.threads);
      data.graph = std::make_shared<const Graph>(graph);
      data.isa = kernels.isa;
      data.runs_here = timing.runs_here;
      return data;
    };
    PrecisionOptions precision{kernels.isa};
    precision.can_time = options.optimization_level > 0 && timing.runs_here && timing.is_native;
    precision.has_fast_integers = cpu::active_quantized_kernels().group == 4;
    precision.has_fast_bf16 = cpu::has_fast_bf16();
    precision.has_fast_fp16 = cpu::has_fast_fp16();
    precision.has_fast_halves = kernels.isa != "scalar";
    precision.cache = timing.cache;
    precision.plan_trial = [&](const Graph& graph) {
      const cpu::UseKernels here(native);
      return build_plan(graph, backends, choose_exact);
    };
    PlanData data = plan_precision(model.data().graph, options, precision, plan_graph);
    if (model.data().batch_obstacle) data.batch_obstacle = model.data().batch_obstacle->str();
    return Plan(std::make_shared<const PlanData>(std::move(data)));
  });
  cache.save();
  if (has_log()) log_build(model, plan);
  return plan;
}

}  // namespace exeunt
