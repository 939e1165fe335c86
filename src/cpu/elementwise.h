#pragma once

#include <optional>

#include "ops/binary.h"
#include "ops/scale_shift.h"
#include "ops/unary.h"
#include "plan/backend.h"

namespace exeunt::cpu {

// The candidates of our own for elementwise steps; nothing for functions that they do not have. Operands are taken as
// they lie where that allows runs along the innermost axis.
std::optional<Candidate> own_unary_candidate(const ops::Unary& op, const NodeView& node);
std::optional<Candidate> own_binary_candidate(const ops::Binary& op, const NodeView& node);
std::optional<Candidate> own_scale_shift_candidate(const ops::ScaleShift& op, const NodeView& node);

}  // namespace exeunt::cpu
