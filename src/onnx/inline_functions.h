#pragma once

#include <onnx/onnx_pb.h>

#include <unordered_map>

namespace exeunt {

/// A model whose calls of its own functions are replaced by the functions' bodies.
struct InlinedModel {
  onnx::ModelProto model;
  /// The opset of the nodes that come out of a function; all others have the model's.
  std::unordered_map<const onnx::NodeProto*, std::int64_t> opsets;
};

/// Inlines model-local functions, also those that functions call, in every graph of the model.
///
/// Names of a body get the call's name in front; attributes by reference take the call's value, else
/// the function's default, else they are left out. Source: ONNX IR 8 and later, FunctionProto.
/// @throws Error format for a function that calls itself; unsupported for over a million nodes, calls over 100
///         deep, or an attribute that hands a graph to a function
InlinedModel inline_functions(const onnx::ModelProto& model);

}  // namespace exeunt
