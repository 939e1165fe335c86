#include "support/evaluate_graph.h"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "graph/placement.h"
#include "support/read_input.h"
#include "support/tensors.h"

namespace exeunt::testing {

std::vector<Tensor> sample_inputs(const Graph& graph, std::int64_t seed) {
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) {
    const TensorType type = caller_type(graph.value(id));
    std::vector<double> values(static_cast<std::size_t>(type.shape.elements()));
    for (double& value : values) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      value = static_cast<double>(seed / 65536 % 9 - 4);
    }
    inputs.push_back(tensor(type.dtype, type.shape, values));
  }
  return inputs;
}

namespace {

/// The probabilities of logits that lie along one axis.
Tensor softmax_of(const Tensor& logits) {
  std::int64_t axis = logits.shape().rank() - 1;
  while (axis > 0 && logits.shape()[static_cast<int>(axis)] != logits.elements()) --axis;
  return run_op(ops::Softmax{axis}, {logits});
}

}  // namespace

std::vector<Tensor> evaluate_graph(const Graph& graph, const std::vector<Tensor>& inputs, std::size_t exit) {
  const std::vector<TreeId> parents = tree_parents(graph);
  const TreeId leaf = exits_of(graph).at(exit);
  std::set<TreeId> path;
  for (TreeId at = leaf; at != kNoTree; at = parents[static_cast<std::size_t>(at)]) path.insert(at);

  std::unordered_map<ValueId, Tensor> known;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    known[graph.inputs[i]] = read_input(graph.value(graph.inputs[i]), inputs[i]);
  const auto get = [&](ValueId v) -> const Tensor& {
    if (graph.constant(v) != nullptr) return *graph.constant(v);
    require(known.contains(v), ErrorCode::internal, "value {} does not come before its user on this path", v);
    return known.at(v);
  };

  const std::vector<TreeId> places = place_nodes(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!path.contains(places[static_cast<std::size_t>(id)])) continue;
    const Node& node = graph.node(id);
    const Tensor left_out;
    std::vector<OpInput> operands;
    for (const ValueId v : node.inputs) operands.emplace_back(v == kNoValue ? left_out : get(v));
    known[node.output] = run_op(node.op, operands);
  }
  std::vector<Tensor> results;
  for (const TreeId at : path) {
    const TreeNode& node = graph.tree[static_cast<std::size_t>(at)];
    const auto* decision = std::get_if<Decision>(&node);
    const bool logits = decision != nullptr && is_tunable(decision->criterion) && !decision->probabilities;
    for_each_tree_use(node, [&](ValueId v) { results.push_back(logits ? softmax_of(get(v)) : get(v).clone()); });
  }
  return results;
}

void expect_equal_results(const Graph& a, const Graph& b, double tolerance) {
  const std::size_t exits = exits_of(a).size();
  ASSERT_EQ(exits, exits_of(b).size());
  for (const std::int64_t seed : {1, 2}) {
    const std::vector<Tensor> inputs = sample_inputs(a, seed);
    for (std::size_t exit = 0; exit < exits; ++exit) {
      SCOPED_TRACE(fmt::format("seed {}, exit {}", seed, exit));
      const std::vector<Tensor> expected = evaluate_graph(a, inputs, exit);
      const std::vector<Tensor> actual = evaluate_graph(b, inputs, exit);
      ASSERT_EQ(actual.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(actual[i].type(), expected[i].type());
        EXPECT_THAT(numbers(actual[i]), near(numbers(expected[i]), tolerance));
      }
    }
  }
}

}  // namespace exeunt::testing
