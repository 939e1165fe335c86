#pragma once

#include "cpu/kernels/winograd.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// The node's weights transformed for `form`: [matrix][block of lanes][in channel][lane], then the bias; zeros from the
/// last channel to `padded`. Computed in double.
PackedWeights pack_winograd_weights(const NodeView& node, const WinogradForm& form, int lanes, int padded);

/// The same in words of two 16-bit integers, [matrix][block of lanes][pair of in channels][lane], then what those of
/// each matrix and channel count in, then the bias. The integers are fractions of the largest weight of their matrix
/// and channel: off by 2^-16 of it at most.
PackedWeights pack_winograd_shorts(const NodeView& node, const WinogradForm& form, int lanes, int padded);

/// The same of bf16 weights for `results` x `results` results a patch, stride 1, in words of two bf16:
/// [point][block of lanes][word of the pixel][lane].
PackedWeights pack_bf16_winograd_weights(const NodeView& node, int results, int lanes, int padded, int words);

/// Whether there are so many weights that it pays to fetch those of the next tile while one is multiplied.
bool fetches_weights_ahead(std::ptrdiff_t floats);

}  // namespace exeunt::cpu
