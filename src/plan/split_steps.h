#pragma once

#include <vector>

#include "plan/backend.h"

namespace exeunt {

/// Makes `parts` parts of it, and "KERNEL x2" of its name.
void set_parts(Candidate& candidate, int parts);

/// The name of a candidate in `parts` parts without what set_parts added.
std::string whole_name(const std::string& kernel, int parts);

/// Adds candidates that split those with a PartFn into 2, 4, ... and `threads` parts, named "KERNEL x2". Each comes
/// behind the one that it splits, or in front of it where there is work enough: that counts if nothing is timed.
void add_split_candidates(std::vector<Candidate>& candidates, double macs, int threads);

}  // namespace exeunt
