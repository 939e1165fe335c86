#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "graph/graph.h"
#include "plan_file_generated.h"

namespace exeunt {

/// The parts of a graph in a plan file.
struct FileGraph {
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<file::Constant>>> constants;
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<file::Value>>> values;
  flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> inputs;
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>> outputs;
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<file::Node>>> nodes;
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<file::TreeNode>>> tree;
};

/// The constants of a graph, each once, in the order of its values.
std::vector<std::shared_ptr<const Tensor>> constants_of(const Graph& graph);

/// Writes a graph. Of its constants those get their elements for which `holds` says so.
FileGraph write_graph(flatbuffers::FlatBufferBuilder& builder, const Graph& graph,
                      const std::function<bool(const Tensor*)>& holds);

/// Reads it, verified. Constants whose elements are not in the file are placeholders.
/// @param constants  gets the constants by their numbers in the file
/// @throws Error format if it is no graph
Graph read_graph(const file::Plan& plan, std::vector<std::shared_ptr<const Tensor>>& constants);

}  // namespace exeunt
