#include "compose/names.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "onnx/importer.h"

namespace exeunt {

namespace {

/// Levenshtein's distance, with capitals and small letters being the same.
std::size_t edits_between(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// Calls `f` with every graph in a node.
template <class Node, class F>
void for_each_inner_graph(Node& node, F&& f) {
  if constexpr (std::is_const_v<Node>) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) f(attribute.g());
      for (const auto& graph : attribute.graphs()) f(graph);
    }
  } else {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) f(*attribute.mutable_g());
      for (auto& graph : *attribute.mutable_graphs()) f(graph);
    }
  }
}

void rename_uses(onnx::GraphProto& graph, const Renamed& tensor) {
  Names own;
  for (const auto& input : graph.input()) own.insert(input.name());
  for (const auto& initializer : graph.initializer()) own.insert(initializer.name());
  for (const auto& node : graph.node()) own.insert(node.output().begin(), node.output().end());
  const Renamed outer = [&](const std::string& name) { return own.contains(name) ? name : tensor(name); };
  for (auto& node : *graph.mutable_node()) rename_operands(node, outer);
  for (auto& output : *graph.mutable_output()) output.set_name(outer(output.name()));
}

}  // namespace

std::string unique_name(Names& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; !taken.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

void collect_tensors(const onnx::GraphProto& graph, Names& names) {
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& output : graph.output()) names.insert(output.name());
  for (const auto& initializer : graph.initializer()) names.insert(initializer.name());
  for (const auto& node : graph.node()) {
    names.insert(node.input().begin(), node.input().end());
    names.insert(node.output().begin(), node.output().end());
    for_each_inner_graph(node, [&](const onnx::GraphProto& inner) { collect_tensors(inner, names); });
  }
}

void collect_nodes(const onnx::GraphProto& graph, Names& names) {
  for (const auto& node : graph.node()) {
    names.insert(node.name());
    for_each_inner_graph(node, [&](const onnx::GraphProto& inner) { collect_nodes(inner, names); });
  }
}

void rename_all(onnx::GraphProto& graph, const Renamed& tensor, const Renamed& node_name) {
  const auto rename_list = [&](auto& list) {
    for (std::string& name : list) {
      if (!name.empty()) name = tensor(name);
    }
  };
  for (auto& input : *graph.mutable_input()) input.set_name(tensor(input.name()));
  for (auto& output : *graph.mutable_output()) output.set_name(tensor(output.name()));
  for (auto& initializer : *graph.mutable_initializer()) initializer.set_name(tensor(initializer.name()));
  for (auto& node : *graph.mutable_node()) {
    if (!node.name().empty()) node.set_name(node_name(node.name()));
    rename_list(*node.mutable_input());
    rename_list(*node.mutable_output());
    for_each_inner_graph(node, [&](onnx::GraphProto& inner) { rename_all(inner, tensor, node_name); });
  }
}

void rename_operands(onnx::NodeProto& node, const Renamed& tensor) {
  for (std::string& name : *node.mutable_input()) {
    if (!name.empty()) name = tensor(name);
  }
  for_each_inner_graph(node, [&](onnx::GraphProto& inner) { rename_uses(inner, tensor); });
}

std::vector<std::string> operands_of(const onnx::NodeProto& node) {
  std::vector<std::string> names = captured_names(node);
  names.insert(names.end(), node.input().begin(), node.input().end());
  std::erase(names, std::string());
  return names;
}

std::string nearest_name(const std::string& name, const std::vector<std::string>& names) {
  // Generated names may be very long and very many.
  constexpr std::size_t kLongest = 200;
  std::string nearest;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : names) {
    if (candidate.size() > kLongest || name.size() > kLongest) continue;
    const std::size_t edits = edits_between(name, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return fewest <= std::max<std::size_t>(2, name.size() / 2) ? nearest : std::string();
}

}  // namespace exeunt
