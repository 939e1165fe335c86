#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

/// What graphs have in common whose convolutions and products compute in a lower precision than f32.
namespace exeunt {

inline constexpr double kNoBound = std::numeric_limits<float>::max();

bool has_operand(const Node& node, std::size_t i);

/// Between what an op's activation clamps; nothing if it is no clamp.
template <class FusedOp>
std::optional<std::pair<double, double>> bounds_of(const FusedOp& op) {
  if (op.activation == ops::Activation::none) return std::pair{-kNoBound, kNoBound};
  if (op.activation == ops::Activation::relu) return std::pair{0.0, kNoBound};
  if (op.activation == ops::Activation::clip) return std::pair{op.activation_alpha, op.activation_beta};
  return std::nullopt;
}

/// Why a node cannot compute in a lower precision; empty if it can. Convolutions without groups and products with one
/// row can, where weights are constant.
std::string refuse_lowered(const Graph& graph, const Node& node);

/// Whether a node only moves or picks what its one operand holds, so that it can act on any type: a Pad is one with
/// zeros.
bool only_moves(const Node& node);

/// By ValueId: what the chosen nodes read, directly or by way of nodes that only move values.
/// @param chosen  by NodeId
std::vector<bool> values_read_by(const Graph& graph, const std::vector<bool>& chosen);

/// The constant weights of a product as filters [M,K,1]: it is a convolution of one pixel.
Tensor filters_of(const Graph& graph, const Node& product);

}  // namespace exeunt
