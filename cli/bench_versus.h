#pragma once

#include <string>

#include "bench_command.h"

namespace exeunt::cli {

/// A or B as it was given: FILE, FILE:PRECISION, or a PRECISION of MODEL.
struct SideSpec {
  std::string file;
  std::string precision;

  bool operator==(const SideSpec&) const = default;
};
SideSpec side_of(const BenchCommand& command, const std::string& text);
/// What is wrong with one of them, or with --versus of `inspect`; empty if nothing.
std::string check_side(const std::string& text);
/// @throws Error argument for a precision of a built plan
Plan build_side(const BenchCommand& command, const SideSpec& spec);

/// `bench --versus A B`: two plans in interleaved pairs.
void execute_versus(const BenchCommand& command);

/// What is wrong with a pair of sides, given MODEL or not; empty if nothing.
std::string check_sides(const BenchCommand& command);

}  // namespace exeunt::cli
