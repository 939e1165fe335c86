#pragma once

#include <vector>

#include "ops/gemm.h"
#include "ops/matmul.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// The candidates of our own for a matrix product; none if they do not apply (a bias that is neither a constant row nor
/// of the result's shape, factors beside operands that are computed at run time).
std::vector<Candidate> own_product_candidates(const ops::Gemm& op, const NodeView& node);
std::vector<Candidate> own_product_candidates(const ops::MatMul& op, const NodeView& node);

}  // namespace exeunt::cpu
