#include "run_graph.h"

#include <algorithm>

#include "base/shape.h"
#include "exec/executor.h"
#include "expect.h"
#include "graph/placement.h"
#include "passes/pipeline.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"

namespace exeunt::fuzz {

namespace {

/// Loops may unroll to far more: a matter of time only.
constexpr std::size_t kMaxNodes = 2000;
constexpr std::int64_t kMaxElements = 1 << 16;
constexpr double kMaxWork = 1e6;

/// Whether a run ends within milliseconds.
bool is_small(const Graph& graph) {
  const auto small = [](const Value& value) { return value.type.shape.elements() <= kMaxElements; };
  const std::vector<double> work = path_work(graph);
  return std::ranges::all_of(graph.values, small) && std::ranges::all_of(work, [](double w) { return w <= kMaxWork; });
}

}  // namespace

void run_graph(Graph graph) {
  if (graph.nodes.size() > kMaxNodes) return;
  run_pipeline(graph);
  if (!is_small(graph)) return;
  const Backend* reference = &ref_backend();
  const auto plan = std::make_shared<const PlanData>(build_plan(graph, {&reference, 1}));
  std::vector<Tensor> zeros;
  for (const ValueId input : graph.inputs) zeros.emplace_back(graph.type(input));
  std::vector<const std::byte*> addresses;
  for (const Tensor& tensor : zeros) addresses.push_back(tensor.view().data);
  const std::vector<DecisionSetting> settings = settings_of(*plan);
  std::vector<float> scores(settings.size());
  Executor executor(plan);
  const Segment& exit = executor.run(addresses, settings, scores);
  expect(exit.is_exit && exit.outputs.size() == graph.output_names.size());
}

}  // namespace exeunt::fuzz
