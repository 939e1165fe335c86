#include "compose/reach.h"

#include <algorithm>
#include <vector>

#include "compose/names.h"

namespace exeunt {

Reach::Reach(const onnx::GraphProto& graph) {
  for (const auto& input : graph.input()) inputs_.insert(input.name());
  for (const auto& node : graph.node()) {
    for (const std::string& output : node.output()) {
      if (!output.empty()) producers_[output] = &node;
    }
  }
}

const onnx::NodeProto* Reach::producer(const std::string& tensor) const {
  const auto found = producers_.find(tensor);
  return found == producers_.end() ? nullptr : found->second;
}

std::unordered_set<std::string> Reach::needed_for(const std::string& tensor) const {
  std::unordered_set<std::string> needed;
  std::vector<std::string> open = {tensor};
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    if (!needed.insert(name).second) continue;
    if (const onnx::NodeProto* node = producer(name)) {
      for (std::string& operand : operands_of(*node)) open.push_back(std::move(operand));
    }
  }
  return needed;
}

bool Reach::depends_on_input(const std::string& tensor) const {
  return std::ranges::any_of(needed_for(tensor), [&](const std::string& name) { return inputs_.contains(name); });
}

}  // namespace exeunt
