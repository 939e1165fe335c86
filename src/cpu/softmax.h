#pragma once

#include <vector>

#include "plan/backend.h"

namespace exeunt::cpu {

/// The candidates of our own for Softmax or LogSoftmax along `axis`: none unless that is innermost in memory, as its
/// operand lies or row-major.
std::vector<Candidate> own_softmax_candidates(std::int64_t axis, bool logarithm, const NodeView& node);

}  // namespace exeunt::cpu
