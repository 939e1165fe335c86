#pragma once

#include <optional>

#include "plan/backend.h"

namespace exeunt::cpu {

/// The candidate of our own: none unless beta is 1/2, 3/4 or 1 and what is summed stays positive.
std::optional<Candidate> lrn_candidate(const ops::Lrn& op, const NodeView& node);

}  // namespace exeunt::cpu
