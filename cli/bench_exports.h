#pragma once

#include <exeunt/tools/inspect.h>

#include "bench_report.h"

namespace exeunt::cli {

/// Everything that is told of a plan's steps: the layer list and the profile are two views of the same rows.
struct StepTable {
  Inspection inspection;  ///< of the plan
  MachinePeaks peaks;
  int threads = 1;
};

/// --dumpLayerInfo and --dumpProfile.
void dump_layers(const StepTable& table);
void dump_profile(const StepTable& table, const Bench& result);

// The files of --exportTimes, --exportProfile, --exportLayerInfo and --exportTrace.
Json times_json(const Bench& result);
Json profile_json(const StepTable& table, const Bench& result);
Json layers_json(const StepTable& table);
Json trace_json(const StepTable& table, const Bench& result, const std::string& model);

/// Writes those files that were asked for. @throws Error file
void write_exports(const BenchOutcome& outcome, const StepTable& table);

}  // namespace exeunt::cli
