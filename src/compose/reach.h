#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace exeunt {

/// What the tensors of a graph are made of. @pre the graph lives longer and does not change
class Reach {
 public:
  explicit Reach(const onnx::GraphProto& graph);

  /// The node of the outermost graph that makes a tensor; null for inputs and weights.
  const onnx::NodeProto* producer(const std::string& tensor) const;
  /// All tensors that it takes to compute `tensor`, itself included.
  std::unordered_set<std::string> needed_for(const std::string& tensor) const;
  /// Whether it takes one of the graph's inputs.
  bool depends_on_input(const std::string& tensor) const;

 private:
  std::unordered_set<std::string> inputs_;
  std::unordered_map<std::string, const onnx::NodeProto*> producers_;
};

}  // namespace exeunt
