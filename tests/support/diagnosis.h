#pragma once

#include <array>
#include <string>
#include <vector>

#include "cpu/cpu_backend.h"
#include "diagnose/diagnose.h"
#include "passes/pipeline.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/onnx_text.h"

/// What the diagnosis says about models in ONNX's text syntax and graphs in ours.
namespace exeunt::testing {

/// Warnings about a graph, as if imported from a file with these notes.
inline std::vector<Warning> warnings_of(const Graph& imported, const ImportNotes& notes = {}) {
  Graph canonical = imported;
  run_pipeline(canonical);
  const std::array backends = {&cpu_backend(), &ref_backend()};
  const PlanData plan = build_plan(canonical, backends);
  return diagnose({notes, imported, canonical, plan.steps});
}

inline std::vector<Warning> warnings_of(const onnx::ModelProto& model) {
  ImportNotes notes;
  const Graph graph = import_onnx(model, {}, &notes);
  return warnings_of(graph, notes);
}

/// "code node" for each warning, in order.
inline std::vector<std::string> codes(const std::vector<Warning>& warnings) {
  std::vector<std::string> all;
  for (const Warning& warning : warnings)
    all.push_back(warning.node.empty() ? warning.code : warning.code + " " + warning.node);
  return all;
}

}  // namespace exeunt::testing
