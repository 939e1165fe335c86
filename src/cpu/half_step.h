#pragma once

#include "cpu/conv_candidates.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

/// A convolution whose operands are 16-bit floats, its bias the same or f32: the node as kernels see it.
struct HalfNode {
  const NodeView& node;
  ConvShape shape;
  Bounds bounds;
  const HalfKernels& kernels;
};

/// The floats of a bias.
void copy_half_bias(const Tensor& bias, std::span<float> to);

Candidate half_direct_candidate(const HalfNode& node, const ConvShape& seen, const HalfDirectConvTile& tile);
Candidate bf16_winograd_candidate(const HalfNode& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                                  int block_tiles);

// Their names.
std::string half_direct_name(const HalfNode& node, const HalfDirectConvTile& tile);
std::string bf16_winograd_name(const HalfNode& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                               int block_tiles);

}  // namespace exeunt::cpu
