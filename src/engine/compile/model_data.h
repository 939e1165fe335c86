#pragma once

#include <exeunt/model.h>

#include <filesystem>
#include <vector>

#include "graph/graph.h"
#include "onnx/import.h"
#include "passes/pipeline.h"
#include "plan/plan_info.h"

namespace exeunt {

struct Model::Data {
  std::filesystem::path path;
  Graph imported;  ///< as the file says, conditionals lifted
  Graph graph;     ///< after all passes
  ImportNotes notes;
  std::vector<PassRecord> passes;
  PlanInfo info;
};

}  // namespace exeunt
