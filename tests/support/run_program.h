#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace exeunt::testing {

/// What a program did.
struct ProgramResult {
  int exit_code = -1;  ///< -1 if a signal ended it
  int signal = 0;
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// Runs a program to its end, without a terminal and without input; kills it at the time limit.
ProgramResult run_program(const std::filesystem::path& program, std::vector<std::string> arguments,
                          std::chrono::seconds limit = std::chrono::seconds(120));

}  // namespace exeunt::testing
