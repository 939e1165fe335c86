#pragma once

#include <exeunt/plan.h>

#include <array>
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

/// The "path" is the text itself.
inline Model Model::load(const std::filesystem::path& text, const LoadOptions&) {
  auto data = std::make_shared<Data>();
  data->graph = parse_graph(text.string());
  return Model(std::move(data));
}

inline Plan Plan::build(const Model& model, const BuildOptions& options) {
  const std::array all = {&cpu_backend(), &ref_backend()};
  const auto backends = std::span(all).subspan(options.backend == "cpu" ? 0 : 1);
  return Plan(std::make_shared<const PlanData>(build_plan(model.data().graph, backends)));
}

namespace testing {

inline Plan plan_of(const std::string& graph_text, const std::string& backend = "ref") {
  return Plan::build(Model::load(graph_text), {.backend = backend});
}

}  // namespace testing

}  // namespace exeunt
