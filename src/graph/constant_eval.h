#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// The result of a node whose operands are all constant, by its reference; null if one is not.
/// A Shape node needs its operand's type only.
std::shared_ptr<const Tensor> evaluate_node(const Graph& graph, const Node& node);

/// Values that depend on constants (and shapes) only, computed on demand and remembered.
class ConstantEvaluator {
 public:
  explicit ConstantEvaluator(const Graph& graph) : graph_(graph) {}

  /// The value of `id`, or null if it depends on an input.
  std::shared_ptr<const Tensor> get(ValueId id);

 private:
  struct Frame {
    ValueId value;
    std::size_t next;  ///< operand
  };

  std::shared_ptr<const Tensor> known(ValueId v) const;
  bool open(ValueId v, std::vector<Frame>& stack);

  const Graph& graph_;
  std::unordered_map<ValueId, std::shared_ptr<const Tensor>> known_;
};

}  // namespace exeunt
