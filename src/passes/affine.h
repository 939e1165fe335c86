#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"
#include "passes/rewrite.h"

namespace exeunt {

/// x * scale + shift: what Add, Sub, Mul, Div and Neg with constants and BatchNorm compute, and chains of them.
struct Affine {
  /// For an axis that both vectors do not run along: one number for all.
  static constexpr int kNoAxis = -1;

  ValueId x = kNoValue;
  int axis = kNoAxis;         ///< the axis of x along which the numbers differ
  std::vector<double> scale;  ///< one number, or as many as x has along `axis`
  std::vector<double> shift;  ///< as many as `scale`

  bool by_axis() const noexcept { return axis != kNoAxis; }
  double scale_at(std::int64_t i) const { return scale[by_axis() ? static_cast<std::size_t>(i) : 0]; }
  double shift_at(std::int64_t i) const { return shift[by_axis() ? static_cast<std::size_t>(i) : 0]; }
  bool scales() const;
  bool shifts() const;
};

/// What the node computes, if that is an affine function of one float operand, of its type, with finite numbers.
std::optional<Affine> affine_of(const Graph& graph, const Node& node);

struct AffineChain {
  Affine function;
  std::vector<NodeId> nodes;  ///< last first
};

/// The longest chain of affine nodes that ends in `last`, one of which nothing else uses but the next.
std::optional<AffineChain> affine_chain(const Graph& graph, const Rewriter& rewriter, const Node& last);

/// A constant of one number or one a place of `axis` that broadcasts along a value of `type`: [] or [n,1,...,1].
Tensor along_axis(const TensorType& type, int axis, const std::vector<double>& numbers);

}  // namespace exeunt
