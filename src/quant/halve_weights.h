#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Numbers beyond it are infinite as IEEE halves.
inline constexpr float kHighestHalf = 65504;

/// Why numbers cannot be rounded to IEEE halves; empty if they can: if all are f32 within a half's range and rounding
/// loses no more than it does of numbers in the range where halves keep all their bits, 2^-11 of their root mean
/// square.
/// @param highest  numbers beyond it are too large
std::string refuse_half_numbers(const Tensor& weights, float highest = kHighestHalf);

/// Why the weights of a node cannot be stored in 16 bits, f16 or bf16, beside f32 arithmetic; empty if they can.
/// Convolutions without groups and products with one row, with constant weights, can, if refuse_half_numbers has
/// nothing against those; bf16 weights of convolutions need only stay finite.
std::string refuse_half_weights(const Graph& graph, const Node& node, DType half);

/// The graph with the weights of the chosen nodes rounded to `half`, f16 or bf16; operands, results and biases stay
/// f32. So rounding is part of the graph: every kernel, the reference among them, multiplies the same numbers.
/// @param chosen  by NodeId; refuse_half_weights has nothing against those that are set
Graph halve_weights(const Graph& graph, DType half, const std::vector<bool>& chosen);

}  // namespace exeunt
