#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

namespace exeunt {

/// The first operator of a graph, and of the graphs in its nodes, that may not mean the same in opset `to` as in `from`
/// (`from` < `to`); empty if there is none. Operators that are not known here may not.
/// Source: the operators' changelogs, opset 11 to 23.
std::string changed_operator(const onnx::GraphProto& graph, std::int64_t from, std::int64_t to);

}  // namespace exeunt
