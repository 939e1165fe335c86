#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

/// What graphs have in common whose convolutions and products compute in a lower precision than f32.
namespace exeunt {

/// Why a node cannot compute in a lower precision; empty if it can. Convolutions without groups and products with one
/// row can, where weights are constant.
std::string refuse_lowered(const Graph& graph, const Node& node);

/// By ValueId: what the chosen nodes read, directly or by way of nodes that only move values.
/// @param chosen  by NodeId
std::vector<bool> values_read_by(const Graph& graph, const std::vector<bool>& chosen);

/// Floats rounded to `half`, f16 or bf16.
Tensor halved(const Tensor& floats, DType half);

/// The constant weights of a product as filters [M,K,1]: it is a convolution of one pixel.
Tensor filters_of(const Graph& graph, const Node& product);

}  // namespace exeunt
