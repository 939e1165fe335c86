#pragma once

#include <exeunt/tools/inspect.h>

#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "onnx/import.h"
#include "plan/plan_data.h"

namespace exeunt {

/// What the checks look at: the file, its graph before and after the passes, and the steps of its plan.
struct Subject {
  const ImportNotes& notes;
  const Graph& imported;
  const Graph& canonical;
  std::span<const Step> steps;
};

/// Looks for one kind of oddity and appends a warning for each that it finds.
struct Check {
  std::string_view name;
  void (*run)(const Subject& subject, std::vector<Warning>& warnings);
};

/// All checks, in the order in which their warnings are shown.
std::span<const Check> all_checks();

/// Everything odd about a model, in plain words (docs/diagnosis.md). A healthy model gives nothing.
std::vector<Warning> diagnose(const Subject& subject);

}  // namespace exeunt
