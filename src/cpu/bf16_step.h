#pragma once

#include "cpu/conv_candidates.h"
#include "cpu/kernels/bf16_conv.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

/// A convolution whose operands are bf16, its bias f32 or bf16: the node as kernels see it.
struct Bf16Node {
  const NodeView& node;
  ConvShape shape;
  Bounds bounds;
  const Bf16Kernels& kernels;
};

/// The floats of a bias.
void copy_bf16_bias(const Tensor& bias, std::span<float> to);

Candidate bf16_direct_candidate(const Bf16Node& node, const ConvShape& seen, const Bf16DirectConvTile& tile);
Candidate bf16_winograd_candidate(const Bf16Node& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                                  int block_tiles);

// Their names.
std::string bf16_direct_name(const Bf16Node& node, const Bf16DirectConvTile& tile);
std::string bf16_winograd_name(const Bf16Node& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                               int block_tiles);

}  // namespace exeunt::cpu
