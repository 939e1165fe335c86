#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "plan/layout.h"
#include "plan/step.h"

namespace exeunt {

/// A node as a backend sees it.
struct NodeView {
  const Graph& graph;
  const Node& node;
  /// The layouts in which the operands lie at present, one an operand; a hint. Constants are row-major.
  const std::vector<Layout>& layouts;
  /// Packs the weights of this node's candidates.
  WeightPacker& packer;
  /// In so many parts at most a step is split; the scratch memory of a candidate that can be split is to suffice for
  /// it.
  int threads = 1;
  /// Only the candidate of this kernel is asked for; others may be left out. Empty: all are.
  std::string_view wanted = {};
  /// Gets the constants whose elements are looked at, if it is there.
  std::set<const Tensor*>* read = nullptr;

  bool wants(std::string_view kernel) const noexcept { return wanted.empty() || wanted == kernel; }

  const TensorType* operand_type(std::size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != kNoValue ? &graph.type(node.inputs[i]) : nullptr;
  }
  /// Operand `i` if it is a constant. @throws Error internal if its elements are not there
  const Tensor* constant(std::size_t i) const;
  /// The same, for WeightPacker only: a plan file holds the elements of such constants packed, not as they were.
  const Tensor* weights(std::size_t i) const {
    return i < node.inputs.size() ? graph.constant(node.inputs[i]) : nullptr;
  }
  const TensorType& result_type() const { return graph.type(node.output); }
};

/// An operand that a step reads when it runs: operand `index` of the node, in `layout`. Operands that
/// are not listed (weights packed into the arguments) take no memory at run time.
struct OperandUse {
  std::size_t index = 0;
  Layout layout;

  bool operator==(const OperandUse&) const = default;
};

/// One way to run a node. The step's operands are `uses` in order, the result, then the scratch memory if any.
struct Candidate {
  std::string kernel;
  StepFn run = nullptr;
  std::shared_ptr<StepArgs> args;
  std::vector<OperandUse> uses;
  Layout result;
  std::size_t scratch_bytes = 0;
  /// It rounds more than a sum of products needs to (Winograd): to be checked before it is taken.
  bool approximate = false;
  PartFn run_part = nullptr;  ///< null: it cannot be split
  int parts = 1;              ///< set by the planner
};

/// A backend's answer to a node: at least one candidate, or why it refuses.
using Offer = std::variant<std::string, std::vector<Candidate>>;

/// A set of kernels. Backends hold no state beside what their kernels share.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;
  /// All steps it has for a node, best guess first, or the reason why it has none.
  virtual Offer offer(const NodeView& node) const = 0;
  /// A step that copies a tensor from one layout to another; null args if it has none.
  virtual std::optional<Candidate> reorder(const TensorType& type, const Layout& from, const Layout& to) const = 0;
};

}  // namespace exeunt
