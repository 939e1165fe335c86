#pragma once

#include <exeunt/plan.h>
#include <exeunt/tools/calibrate.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace exeunt::cli {

struct SampleOptions;

/// Where the ranges come from that lower precisions need, and what these may cost in accuracy.
struct CalibrationOptions {
  std::string source;  ///< empty: none
  std::int64_t limit = 512;
  bool only_reaching = false;
  std::string method = "mse";
  std::string table;  ///< empty: none
  std::optional<double> min_agreement;
  std::optional<double> max_error;

  /// @return what a built plan cannot follow any more
  std::vector<const CLI::Option*> add_to(CLI::App& command);
  /// Runs the samples through the model, or reads the table, or neither if neither is given; sets `calibration` and
  /// `accuracy`.
  /// @param samples  how they become the model's input
  /// @param write    the table, after running samples
  void fill(BuildOptions& options, const Model& model, const SampleOptions& samples, bool write) const;
};

}  // namespace exeunt::cli
