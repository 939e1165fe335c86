#pragma once

#include <exeunt/tools/inspect.h>

namespace exeunt::cli {

/// What `inspect` says of a model, or of a built plan: the file, inputs, outputs, the tree, what each path costs,
/// warnings.
void print_summary(const Inspection& inspection, const Plan& plan);

/// `--stage plan`: the steps segment by segment, the nodes of the file that they stand for, and what was refused.
void print_steps(const Inspection& inspection);

/// Each warning with its hint; nodes about which the same is to be said come together.
void print_warnings(const std::vector<Warning>& all);

}  // namespace exeunt::cli
