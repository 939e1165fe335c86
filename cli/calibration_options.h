#pragma once

#include <exeunt/tools/calibrate.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace exeunt::cli {

struct SampleOptions;

/// Where the ranges come from that lower precisions need.
struct CalibrationOptions {
  std::string source;  ///< empty: none
  std::int64_t limit = 512;
  bool only_reaching = false;
  std::string method = "mse";
  std::string table;  ///< empty: none

  void add_to(CLI::App& command);
  /// Runs the samples through the model, or reads the table; null if neither is given.
  /// @param samples  how they become the model's input
  /// @param write    the table, after running samples
  std::shared_ptr<const Calibration> make(const Model& model, const SampleOptions& samples, bool write) const;
};

}  // namespace exeunt::cli
