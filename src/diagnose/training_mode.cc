#include <fmt/format.h>

#include <algorithm>

#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

/// A mean over samples and places, channel by channel: what BatchNorm takes while it is trained.
bool averages_batch(const Graph& graph, const Node& node) {
  const auto* reduce = std::get_if<ops::Reduce>(&node.op);
  if (reduce == nullptr || reduce->fn != ops::ReduceFn::ReduceMean) return false;
  const int rank = graph.type(node.inputs[0]).shape.rank();
  if (rank < 3) return false;
  const auto has = [&](std::int64_t axis) {
    return std::ranges::any_of(reduce->axes, [&](std::int64_t a) { return (a < 0 ? a + rank : a) == axis; });
  };
  return static_cast<int>(reduce->axes.size()) == rank - 1 && has(0) && (!has(1) || !has(rank - 1));
}

/// The mean of squares beside a mean is its variance; one warning will do.
bool is_square(const Graph& graph, ValueId v) {
  const Node* node = made_by<ops::Binary>(graph, v);
  if (node == nullptr) return false;
  const ops::BinaryFn fn = std::get<ops::Binary>(node->op).fn;
  return fn == ops::BinaryFn::Pow || (fn == ops::BinaryFn::Mul && node->inputs[0] == node->inputs[1]);
}

}  // namespace

void training_mode(const Subject& subject, std::vector<Warning>& warnings) {
  constexpr const char* kHint = "call eval() on the model before exporting it, and export with training mode off";
  for (const std::string& name : subject.notes.training_nodes) {
    warnings.push_back(
        {"training_mode", name, "the node is in training mode; it runs as in inference, and drops nothing", kHint});
  }
  const Graph& graph = subject.imported;
  const std::vector<bool> depends = dependents(graph, kNoValue);
  for (const Node& node : graph.nodes) {
    if (!averages_batch(graph, node) || !depends[static_cast<std::size_t>(node.inputs[0])]) continue;
    if (is_square(graph, node.inputs[0])) continue;
    warnings.push_back({"training_mode", node.name,
                        "it averages over the batch, as BatchNorm does in training: a sample's answer depends on the "
                        "samples beside it",
                        kHint});
  }
}

}  // namespace exeunt::checks
