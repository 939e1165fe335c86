#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu/input_rows.h"
#include "cpu/kernels/kernel_table.h"
#include "ops/clamp_bounds.h"

namespace exeunt::cpu {

/// The candidates of our own kernels for a convolution, best guess first; none if they do not apply.
std::vector<Candidate> own_conv_candidates(const ops::Conv& op, const NodeView& node);

/// The bounds that a fused activation clamps results to; infinite where it does not.
struct Bounds {
  float low = 0;
  float high = 0;
};

/// Nothing: the activation is no clamp.
template <class FusedOp>
std::optional<Bounds> bounds_of(const FusedOp& op) {
  const std::optional<ops::ClampBounds> bounds = ops::clamp_bounds(op);
  if (!bounds) return std::nullopt;
  return Bounds{static_cast<float>(bounds->low), static_cast<float>(bounds->high)};
}

Candidate direct_conv_candidate(const ConvShape& shape, const NodeView& node, const Bounds& bounds,
                                const DirectConvTile& tile, const InputRows& rows);
Candidate depthwise_conv_candidate(const ConvShape& shape, const NodeView& node, const Bounds& bounds,
                                   const InputRows& rows);
/// @param block_tiles  tiles of patches that are transformed together
Candidate winograd_candidate(const ConvShape& shape, const NodeView& node, const Bounds& bounds,
                             const WinogradForm& form, const WinogradTile& tile, int block_tiles);

// Their names.
std::string direct_conv_name(const DirectConvTile& tile);
std::string winograd_name(const ConvShape& shape, const WinogradForm& form, const WinogradTile& tile, int block_tiles);

}  // namespace exeunt::cpu
