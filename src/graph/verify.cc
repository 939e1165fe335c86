#include "graph/verify.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace exeunt {

namespace {

void check_order(const Value& value, bool is_input) {
  if (value.order.empty()) return;
  require(is_input, ErrorCode::internal, "value '{}' has an order of axes, but is no input", value.name);
  ops::Ints axes(static_cast<std::size_t>(value.type.shape.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  if (std::ranges::is_permutation(value.order, axes)) return;
  std::string order;
  for (const std::int64_t axis : value.order) order += formatted("{}{}", order.empty() ? "" : ",", axis);
  fail(ErrorCode::internal, "input '{}' has the order [{}], which does not name each axis of {} once", value.name,
       order, value.type.str());
}

void check_value(const Graph& graph, ValueId v, std::string_view user) {
  require(v >= 0 && static_cast<std::size_t>(v) < graph.values.size(), ErrorCode::internal,
          "{} uses value {}, which is not there", user, v);
  const Value& value = graph.value(v);
  const bool is_input = std::ranges::find(graph.inputs, v) != graph.inputs.end();
  require(is_input + (value.constant != nullptr) + (value.producer != kNoNode) == 1, ErrorCode::internal,
          "{} uses value {}, which must be an input, a constant or a node's result", user, v);
  check_order(value, is_input);
  const NodeId producer = value.producer;
  require(producer == kNoNode || (producer >= 0 && static_cast<std::size_t>(producer) < graph.nodes.size() &&
                                  graph.node(producer).output == v),
          ErrorCode::internal, "{} uses value {}, which node {} does not make", user, v, producer);
  if (value.constant != nullptr && value.constant->type() != value.type)
    fail(ErrorCode::internal, "value {} says {} but holds {}", v, value.type.str(), value.constant->type().str());
}

void check_node(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const std::string who = formatted("node '{}' ({})", node.name, op_name(node.op));
  for (const ValueId v : node.inputs) {
    if (v != kNoValue) check_value(graph, v, who);
  }
  check_value(graph, node.output, who);
  require(graph.value(node.output).producer == id, ErrorCode::internal, "{} is not the producer of its result", who);
  const TensorType type = with_context(who, [&] { return infer_type(node.op, graph.operand_types(node)); });
  if (type != graph.type(node.output)) {
    fail(ErrorCode::internal, "{} gives {}, its value says {}", who, type.str(), graph.type(node.output).str());
  }
}

void check_inputs(const Graph& graph) {
  for (const ValueId v : graph.inputs) {
    check_value(graph, v, "the list of inputs");
    require(std::ranges::count(graph.inputs, v) == 1, ErrorCode::internal, "input {} is listed twice", v);
  }
}

void check_prediction(const Graph& graph, const Exit& exit, std::string_view who) {
  const auto& [output, offset, classes, probabilities] = exit.prediction;
  if (classes == 0) return;
  const bool there = output >= 0 && static_cast<std::size_t>(output) < exit.outputs.size();
  const std::int64_t elements = there ? graph.type(exit.outputs[static_cast<std::size_t>(output)]).shape.elements() : 0;
  require(there && classes > 0 && offset >= 0 && offset <= elements - classes, ErrorCode::internal,
          "{} predicts {} classes from element {} of output {}, which are not there", who, classes, offset, output);
}

void check_tree(const Graph& graph) {
  require(!graph.tree.empty(), ErrorCode::internal, "the graph has no exit");
  std::vector<int> parents(graph.tree.size());
  for (std::size_t i = 0; i < graph.tree.size(); ++i) {
    const std::string who = formatted("tree position {}", i);
    for_each_tree_use(graph.tree[i], [&](ValueId v) { check_value(graph, v, who); });
    if (const auto* exit = std::get_if<Exit>(&graph.tree[i])) {
      require(exit->outputs.size() == graph.output_names.size(), ErrorCode::internal, "{} has {} outputs, the model {}",
              who, exit->outputs.size(), graph.output_names.size());
      check_prediction(graph, *exit, who);
      continue;
    }
    const auto& decision = std::get<Decision>(graph.tree[i]);
    for (const TreeId child : {decision.leave, decision.stay}) {
      // Children after their parent: no cycles.
      require(child > static_cast<TreeId>(i) && static_cast<std::size_t>(child) < graph.tree.size(),
              ErrorCode::internal, "{} has a child at {}", who, child);
      ++parents[static_cast<std::size_t>(child)];
    }
    with_context(who, [&] {
      check_criterion(decision.criterion, graph.type(decision.input));
      check_settings(settings_of(decision));
    });
  }
  for (std::size_t i = 1; i < parents.size(); ++i) {
    require(parents[i] == 1, ErrorCode::internal, "tree position {} has {} parents", i, parents[i]);
  }
}

}  // namespace

void verify(const Graph& graph) {
  check_inputs(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) check_node(graph, static_cast<NodeId>(i));
  check_tree(graph);
  execution_order(graph);
}

}  // namespace exeunt
