#pragma once

#include "onnx/node_context.h"

namespace exeunt {

/// Strides, dilations and pads of a node with `kernel`, auto_pad resolved for the input's size.
ops::Window read_window(const NodeContext& node, const Shape& x, ops::Ints kernel);

}  // namespace exeunt
