#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace exeunt {

using Names = std::unordered_set<std::string>;
/// The name that stands for one of a file's names.
using Renamed = std::function<std::string(const std::string&)>;

/// `wanted`, or with "_1", "_2", ... behind it what `taken` does not hold; it is taken from then on.
std::string unique_name(Names& taken, const std::string& wanted);

/// All tensors of a graph and of the graphs in its nodes.
void collect_tensors(const onnx::GraphProto& graph, Names& names);
/// The names of all nodes.
void collect_nodes(const onnx::GraphProto& graph, Names& names);

/// Gives tensors and nodes of a graph, and of the graphs in its nodes, other names.
void rename_all(onnx::GraphProto& graph, const Renamed& tensor, const Renamed& node);

/// Renames what a node takes, also from inside its graphs, where the names of their own stay.
void rename_operands(onnx::NodeProto& node, const Renamed& tensor);

/// What a node needs to run: its operands and what its graphs take from around it. Without empty names.
std::vector<std::string> operands_of(const onnx::NodeProto& node);

/// The name among `names` that takes the fewest edits to become `name`; empty if none is near.
std::string nearest_name(const std::string& name, const std::vector<std::string>& names);

}  // namespace exeunt
