#pragma once

#include <optional>

#include "ops/pool.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// The candidate of our own for pooling over one or two axes; nothing for what it does not do (lp,
/// dilation, averages of other types than f32).
std::optional<Candidate> pool_candidate(const ops::Pool& op, const NodeView& node);

}  // namespace exeunt::cpu
