#pragma once

#include <exeunt/tools/report.h>

namespace exeunt::testing {

/// For tests: a network of two exits as a plan shows it, measured. Input, a residual block with a branch beside it, a
/// head with its decision, and what comes behind. Its names are what nobody should name a node.
PlanReport two_exit_report();

}  // namespace exeunt::testing
