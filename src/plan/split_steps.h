#pragma once

#include <vector>

#include "plan/backend.h"

namespace exeunt {

/// Adds candidates that split those with a PartFn into 2, 4, ... and `threads` parts, named "KERNEL x2". Each comes
/// behind the one that it splits, or in front of it where there is work enough: that counts if nothing is timed.
void add_split_candidates(std::vector<Candidate>& candidates, double macs, int threads);

}  // namespace exeunt
