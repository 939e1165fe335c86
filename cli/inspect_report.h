#pragma once

#include <exeunt/tools/inspect.h>

#include <string>

#include "options.h"

namespace exeunt::cli {

/// What `inspect --report` is asked for.
struct ReportOptions {
  std::string out;   ///< empty: no report
  std::string data;  ///< empty: noise
  std::int64_t limit = 0;
  double duration_s = 2;
  std::string versus;  ///< the other side, or nothing

  void add_to(CLI::App& command);
  /// What no option can see for itself. @throws CLI::ParseError
  void check() const;
  /// Whether the other side is a file to build. @param model  MODEL
  bool builds_model(const std::string& model) const;
};

/// A plan that was looked at.
struct Looked {
  Plan plan;
  Inspection inspection;
  std::vector<double> calibration_shares;
};

/// Measures the plan, and the other side if there is one, and writes the page. @throws Error
void write_report(const ReportOptions& options, const ModelOptions& model, const SampleOptions& samples,
                  const Looked& looked);

}  // namespace exeunt::cli
