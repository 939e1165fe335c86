#pragma once

#include <exeunt/plan.h>

#include <array>
#include <functional>
#include <string>

#include "base/error.h"
#include "cpu/cpu_backend.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"

/// Plans of graph texts, for tests of what runs plans. This header stands in for the compiler (engine/compile),
/// with which it must not be linked.
namespace exeunt {

struct Model::Data {
  Graph graph;
};

namespace testing {
/// Applied to every plan that is built, if set.
inline std::function<void(PlanData&)> change_plan;
}  // namespace testing

/// The "path" is the text itself.
inline Model Model::load(const std::filesystem::path& text, const LoadOptions&) {
  auto data = std::make_shared<Data>();
  data->graph = parse_graph(text.string());
  return Model(std::move(data));
}

inline Plan Plan::build(const Model& model, const BuildOptions& options) {
  const std::array all = {&cpu_backend(), &ref_backend()};
  const auto backends = std::span(all).subspan(options.backend == "cpu" ? 0 : 1);
  PlanData data = build_plan(model.data().graph, backends);
  if (testing::change_plan) testing::change_plan(data);
  return Plan(std::make_shared<const PlanData>(std::move(data)));
}

namespace testing {

inline Plan plan_of(const std::string& graph_text, const std::string& backend = "ref") {
  return Plan::build(Model::load(graph_text), {.backend = backend});
}

/// The plan of a graph on the reference, with changes: other functions for its steps, say.
inline Plan changed_plan_of(const std::string& graph_text, const std::function<void(PlanData&)>& change) {
  change_plan = change;
  Plan plan = plan_of(graph_text);
  change_plan = nullptr;
  return plan;
}

}  // namespace testing

}  // namespace exeunt
