#pragma once

#include <exeunt/tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "graph/criterion.h"
#include "ops/op.h"

namespace exeunt {

/// Index into Graph::values. kNoValue stands for an optional operand left out.
using ValueId = std::int32_t;
/// Index into Graph::nodes.
using NodeId = std::int32_t;
/// Index into Graph::tree; 0 is the root.
using TreeId = std::int32_t;

inline constexpr ValueId kNoValue = -1;
inline constexpr NodeId kNoNode = -1;
inline constexpr TreeId kNoTree = -1;

/// One tensor: a graph input, a constant, or the result of one node.
struct Value {
  std::string name;  ///< the tensor's name in the file, for people
  TensorType type;
  NodeId producer = kNoNode;
  std::shared_ptr<const Tensor> constant;  ///< null unless a constant; shared, never changed
  /// Inputs only: axis k of the caller's array is axis order[k] of `type`; empty if they are the same.
  ops::Ints order{};
};

/// One operation. Has one result; operands left out are kNoValue.
struct Node {
  std::string name;
  Op op;
  std::vector<ValueId> inputs;
  ValueId output = kNoValue;
  std::vector<std::string> absorbed = {};  ///< names of the file's other nodes whose work it does, in execution order
};

inline bool has_operand(const Node& node, std::size_t operand) {
  return operand < node.inputs.size() && node.inputs[operand] != kNoValue;
}

/// An inner node of the decision tree: score `input`; above `threshold` go to `leave`, else to `stay`.
struct Decision {
  std::string name;
  Criterion criterion = Criterion::max_prob;
  float threshold = 0;
  ValueId input = kNoValue;
  TreeId leave = kNoTree;
  TreeId stay = kNoTree;
  Combine combine = Combine::max;  ///< for those who decide for whole batches
  /// The class scores looked at add up to 1; else they are logits. Of no meaning for a predicate.
  bool probabilities = true;
  float temperature = 1;
  bool enabled = true;  ///< false: all go to `stay`
};

/// What of a decision is a run-time setting.
ExitSettings settings_of(const Decision& decision);

/// Where in an exit's outputs the class scores stand, one row a sample: elements `offset` ..
/// `offset + classes - 1` of output `output`. `classes` 0: the model does not classify.
struct Prediction {
  int output = 0;
  std::int64_t offset = 0;
  std::int64_t classes = 0;
  bool probabilities = false;  ///< they come out of a softmax
  bool operator==(const Prediction&) const = default;
};

/// A leaf of the decision tree: one value for each of the model's outputs.
struct Exit {
  std::vector<ValueId> outputs;
  Prediction prediction;
};

using TreeNode = std::variant<Decision, Exit>;

/// A model: a flat graph in SSA form and a decision tree over it.
///
/// Nodes are kept in an order in which operands come before their users. Where a node runs is not
/// stored: see placement.h. Exits are numbered in the order of the tree, `leave` before `stay`.
class Graph {
 public:
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<std::string> output_names;
  std::vector<TreeNode> tree;

  ValueId add_input(std::string name, const TensorType& type);
  ValueId add_constant(Tensor tensor, std::string name = {});
  ValueId add_constant(std::shared_ptr<const Tensor> tensor, std::string name = {});
  /// Appends a node and infers its result. @return the result. @throws Error if the operands do not fit
  ValueId add_node(Op op, std::vector<ValueId> inputs, std::string name = {});
  /// Gives a node another op and operands; its result keeps its id. @throws Error if the result's type would change
  void change_node(NodeId id, Op op, std::vector<ValueId> inputs);

  const Value& value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
  Value& value(ValueId id) { return values[static_cast<std::size_t>(id)]; }
  const Node& node(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
  Node& node(NodeId id) { return nodes[static_cast<std::size_t>(id)]; }
  const TensorType& type(ValueId id) const { return value(id).type; }

  /// The node whose result `id` is; null for inputs, constants and kNoValue.
  const Node* producer(ValueId id) const;
  /// The constant that `id` is; null if it is none.
  const Tensor* constant(ValueId id) const;
  /// Operand types of a node, null for those left out; the pointers live until values are added.
  std::vector<const TensorType*> operand_types(const Node& node) const;

  /// Lets everything that uses `from` use `to` instead.
  void replace_uses(ValueId from, ValueId to);
  /// The same for decisions and exits only.
  void replace_tree_uses(ValueId from, ValueId to);
};

/// The type of a graph input as the caller hands it: the axes in the caller's order.
TensorType caller_type(const Value& input);

/// How often each value is used: by decisions, exits and the nodes that they need (once an operand).
std::vector<int> count_uses(const Graph& graph);

/// Calls `f(value)` with each value that a decision or exit looks at.
template <class F>
void for_each_tree_use(const TreeNode& node, F&& f) {
  if (const auto* decision = std::get_if<Decision>(&node)) {
    f(decision->input);
  } else {
    for (const ValueId v : std::get<Exit>(node).outputs) f(v);
  }
}

/// The tree's positions, parents before children, `leave` before `stay`: the order of everything that is printed.
std::vector<TreeId> tree_order(const Graph& graph);

/// Gives every decision, in the order of the tree, other settings. @throws Error argument for another count or settings
/// that do not suit their decision (check_choice); the graph is then as it was
void change_settings(Graph& graph, std::span<const ExitSettings> settings);

/// The exits in their order (the exit index is the position here). @throws nothing on a verified graph
std::vector<TreeId> exits_of(const Graph& graph);

/// Nodes that some decision or exit needs, operands first, in the order in which the tree asks for
/// them: the same for any order of the nodes in the file. @throws Error internal if there is a cycle
std::vector<NodeId> execution_order(const Graph& graph);

/// Drops what no decision or exit needs (inputs stay) and renumbers everything in execution order.
/// @return nodes dropped
int remove_dead(Graph& graph);

}  // namespace exeunt

// In graph.cc: the copies and moves of dozens of ops would be compiled wherever a graph is copied.
extern template class std::vector<exeunt::Node>;
