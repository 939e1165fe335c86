#pragma once

#include <string>

#include "bench_command.h"

namespace exeunt::cli {

/// `bench --versus A B`: two plans in interleaved pairs.
void execute_versus(const BenchCommand& command);

/// What is wrong with a pair of sides, given MODEL or not; empty if nothing.
std::string check_sides(const BenchCommand& command);

}  // namespace exeunt::cli
