#include "support/run_graph.h"

#include <algorithm>
#include <unordered_map>

#include "support/read_input.h"

namespace exeunt::testing {

Answer run_graph(const Graph& graph, const std::vector<OpInput>& inputs) {
  std::unordered_map<ValueId, Tensor> known;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    known[graph.inputs[i]] = read_input(graph.value(graph.inputs[i]), *inputs[i].tensor);
  const Tensor left_out;
  const auto get = [&](ValueId v) -> const Tensor& {
    if (v == kNoValue) return left_out;
    return graph.constant(v) != nullptr ? *graph.constant(v) : known.at(v);
  };
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    std::vector<OpInput> operands;
    for (const ValueId v : node.inputs) operands.emplace_back(get(v));
    known[node.output] = run_op(node.op, operands);
  }
  TreeId at = 0;
  Streak streak;
  while (const auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(at)])) {
    const Tensor& seen = get(decision->input);
    Scorer scorer = make_scorer(decision->criterion, decision->probabilities, seen.dtype(), decision->temperature);
    scorer.follow = follower(seen.dtype());
    const float score = scorer(seen.view(), streak);
    at = decision->enabled && score > decision->threshold ? decision->leave : decision->stay;
  }
  const std::vector<TreeId> exits = exits_of(graph);
  Answer answer;
  answer.exit = static_cast<std::size_t>(std::ranges::find(exits, at) - exits.begin());
  for (const ValueId v : std::get<Exit>(graph.tree[static_cast<std::size_t>(at)]).outputs) {
    answer.outputs.push_back(get(v).clone());
  }
  return answer;
}

}  // namespace exeunt::testing
