#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/dtype.h"
#include "diagnose/checks.h"

namespace exeunt::checks {

namespace {

/// Outputs that look like class scores: what `compose --heads` can make exits of.
std::vector<std::string> heads(const Graph& graph) {
  std::vector<std::string> names;
  const auto& exit = std::get<Exit>(graph.tree.front());
  for (std::size_t i = 0; i < exit.outputs.size(); ++i) {
    const TensorType& type = graph.type(exit.outputs[i]);
    const bool scores = is_float(type.dtype) && type.shape.rank() == 2 && type.shape[1] > 1;
    if (scores && type == graph.type(exit.outputs.front())) names.push_back(graph.output_names[i]);
  }
  return names;
}

}  // namespace

void no_decision(const Subject& subject, std::vector<Warning>& warnings) {
  if (std::holds_alternative<Decision>(subject.canonical.tree.front())) return;
  // Then constant_decision has said it.
  if (!subject.notes.constant_conditions.empty()) return;
  const std::vector<std::string> names = heads(subject.canonical);
  Warning warning{"no_decision", "", "always runs the same path: the file holds no conditional", ""};
  if (subject.notes.conditionals > 0)
    warning.message =
        fmt::format("always runs the same path: no condition of the file's {} `If` nodes depends on the input",
                    subject.notes.conditionals);
  if (names.size() > 1) {
    warning.message += fmt::format("; it computes {} heads for every sample", names.size());
    warning.hint = fmt::format("compose --heads {} makes exits of them", fmt::join(names, ","));
  } else {
    warning.hint =
        "if it should leave early: tracing a Python `if` freezes one arm; export with torch.cond or torch.jit.script, "
        "or see compose";
  }
  warnings.push_back(std::move(warning));
}

}  // namespace exeunt::checks
