#pragma once

#include <exeunt/model.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "graph/batch.h"
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
  std::optional<BatchObstacle> batch_obstacle;  ///< of the graph as imported: the file's own nodes
  PlanInfo info;
};

}  // namespace exeunt
