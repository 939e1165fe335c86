#include "support/plan_of.h"

#include <array>
#include <span>

#include "cpu/cpu_backend.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"

namespace exeunt {

namespace {

/// Applied to every plan that is built, if set.
std::function<void(PlanData&)> change_plan;

}  // namespace

struct Model::Data {
  Graph graph;
};

/// The "path" is the text itself.
Model Model::load(const std::filesystem::path& text, const LoadOptions&) {
  auto data = std::make_shared<Data>();
  data->graph = parse_graph(text.string());
  return Model(std::move(data));
}

Plan Plan::build(const Model& model, const BuildOptions& options) {
  const std::array all = {&cpu_backend(), &ref_backend()};
  const auto backends = std::span(all).subspan(options.backend == "cpu" ? 0 : 1);
  PlanData data = build_plan(model.data().graph, backends);
  if (change_plan) change_plan(data);
  return Plan(std::make_shared<const PlanData>(std::move(data)));
}

namespace testing {

Plan plan_of(const std::string& graph_text, const std::string& backend) {
  return Plan::build(Model::load(graph_text), {.backend = backend});
}

Plan changed_plan_of(const std::string& graph_text, const std::function<void(PlanData&)>& change) {
  change_plan = change;
  Plan plan = plan_of(graph_text);
  change_plan = nullptr;
  return plan;
}

}  // namespace testing

}  // namespace exeunt
