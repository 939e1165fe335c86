#include <fmt/format.h>

#include <algorithm>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

void whole_batch(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.imported;
  const bool has_samples = std::ranges::any_of(graph.inputs, [&](ValueId v) {
    const Shape& shape = graph.type(v).shape;
    return shape.rank() > 1 && shape[0] > 1;
  });
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr || (!subject.notes.free_batch && !has_samples)) continue;
    if (subject.notes.free_batch) {
      warnings.push_back({"whole_batch", decision->name,
                          "the file decides once for all samples of a batch; Exeunt decides for each sample",
                          "another engine answers alike if it is given one sample at a time, or Exeunt runs with "
                          "--decision-scope batch"});
    } else {
      warnings.push_back({"whole_batch", decision->name,
                          "the batch is fixed to several samples, and one decision is taken for all of them",
                          "export with a batch of 1, so that every sample may leave on its own"});
    }
  }
}

}  // namespace exeunt::checks
