#pragma once

#include <vector>

#include "ops/gemm.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// The candidates of our own for a product with constant weights, best guess first; none if they do not apply.
std::vector<Candidate> own_gemm_candidates(const ops::Gemm& op, const NodeView& node);

}  // namespace exeunt::cpu
