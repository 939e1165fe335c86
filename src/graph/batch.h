#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Where a batch would lie in a value: in axis `axis`, below `outer` of its elements and above the others. Axis 0 of
/// [1,3,8,8] becomes N; the [6,8] that holds 6 patches a sample becomes [N * 6,8], or [6 * N,8] with `outer` 6.
/// Axis -1: one scalar a sample, which has no axis yet.
struct BatchPlace {
  int axis = 0;
  std::int64_t outer = 1;
  bool operator==(const BatchPlace&) const = default;
};

/// What a value has to do with the samples of a batch.
struct BatchState {
  enum class Kind : std::uint8_t {
    shared,   ///< the same for all samples: made of constants
    samples,  ///< each sample has its part, at `place`, made of that sample alone
    count,    ///< element `place.axis` (-1: any) of a shape: the number of samples
    mixed     ///< made of several samples, or not to be had for several
  };
  Kind kind = Kind::shared;
  BatchPlace place;
  NodeId culprit = kNoNode;  ///< count, mixed: the node that made it so
};

/// The node that keeps a graph from taking several samples at once, or an input, and why.
struct BatchObstacle {
  std::string node;  ///< its name; an input's name if `op` is empty
  std::string op;
  std::string reason;
  /// "node 'mean' (ReduceMean) reduces over the samples"
  std::string str() const;
};

/// Follows the batch axis from the inputs through the nodes by their shape rules. The batch is axis 0 of every input,
/// of size 1. The graph may grow meanwhile. With `free_batch` the file leaves that size open, and `x[0:1]` is the first
/// sample; a file made for a batch of 1 means all there are.
///
/// A Reshape says at batch 1 only which elements it keeps together. Of several places where the batch could be
/// afterwards the likeliest counts: an axis of 1 at the old place, else the first one; then a place inside a larger
/// axis.
class BatchAxes {
 public:
  explicit BatchAxes(const Graph& graph, bool free_batch = false) : graph_(graph), free_batch_(free_batch) {}

  const BatchState& of(ValueId v);
  /// Why `culprit` of a state is one.
  BatchObstacle obstacle(NodeId culprit) const;

 private:
  BatchState follow(NodeId id);

  const Graph& graph_;
  bool free_batch_;
  std::size_t next_node_ = 0;
  std::size_t next_value_ = 0;
  std::vector<BatchState> states_;  // by value
  std::unordered_map<NodeId, std::string> reasons_;
};

/// What keeps the answers of several samples from being those of each sample alone; empty if nothing does. What only
/// decisions look at may combine samples: decisions are taken for each sample.
std::optional<BatchObstacle> find_batch_obstacle(const Graph& graph, bool free_batch = false);

}  // namespace exeunt
