#pragma once

#include <string>
#include <string_view>

#include "graph/graph.h"

namespace exeunt {

struct PrintOptions {
  /// Constants of more elements are shown as their count and a checksum; such a text does not parse. 0: no limit.
  std::int64_t max_constant_elements = 16;
  bool node_names = true;
};

/// The graph as text: inputs, constants, nodes in execution order, the tree. Values are numbered in
/// the order in which they appear, so graphs that are equal but for ids and file order print alike.
/// The form is described in docs/graph.md.
std::string print_graph(const Graph& graph, const PrintOptions& options = {});

/// An op alone: "Conv {strides=[1,1], group=2}", with the fields that differ from their defaults.
std::string op_text(const Op& op);

/// The inverse of print_graph, verified. @throws Error format, with line and column; device if a
/// constant does not fit into memory
Graph parse_graph(std::string_view text);

}  // namespace exeunt
