#include "quant/calibration_names.h"

#include <fmt/format.h>

#include <set>

namespace exeunt {

std::vector<std::string> calibration_names(const Graph& graph) {
  std::vector<std::string> names(graph.values.size());
  std::set<std::string> taken;
  const auto add = [&](ValueId v, const std::string& name) {
    std::string unique = name;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}#{}", name, i);
    names[static_cast<std::size_t>(v)] = std::move(unique);
  };
  for (const ValueId v : graph.inputs) add(v, graph.value(v).name.empty() ? "input" : graph.value(v).name);
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    const std::string& name = graph.value(node.output).name;
    add(node.output, name.empty() ? std::string(op_name(node.op)) : name);
  }
  return names;
}

}  // namespace exeunt
