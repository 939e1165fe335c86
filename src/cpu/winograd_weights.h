#pragma once

#include "cpu/kernels/winograd.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// The node's weights transformed for `form`: [matrix][block of lanes][in channel][lane], then the bias; zeros from the
/// last channel to `padded`. Computed in double.
PackedWeights pack_winograd_weights(const NodeView& node, const WinogradForm& form, int lanes, int padded);

}  // namespace exeunt::cpu
