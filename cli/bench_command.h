#pragma once

#include <exeunt/tools/bench.h>
#include <exeunt/tools/inspect.h>

#include <string>
#include <vector>

#include "options.h"
#include "trtexec_flags.h"

namespace exeunt::cli {

/// Files that `bench` writes besides.
struct BenchExports {
  std::string times;
  std::string profile;
  std::string layers;
  std::string trace;
};

/// What `bench` is asked for.
struct BenchCommand {
  ModelOptions model;
  RunOptions run;
  SampleOptions samples;
  TrtexecFlags trtexec;
  std::string data;
  std::int64_t limit = 0;
  std::string exit = "all";
  int streams = 1;
  std::string save;  ///< where the plan goes
  BenchOptions bench;
  BenchExports exports;
  bool dump_profile = false;
  bool dump_layers = false;
  std::vector<std::string> versus;  ///< A and B, or nothing
  double margin_percent = 1;
  double handicap_percent = 0;

  bool is_data_real() const { return !data.empty() && data != "random" && data != "zeros"; }
  bool wants_profile() const { return dump_profile || !exports.profile.empty() || !exports.trace.empty(); }
};

/// How long it took until the first answer was there.
struct ColdStart {
  double load_ms = 0;  ///< reading a plan file; or reading a model and building a plan of it
  double session_ms = 0;
  double first_run_ms = 0;

  double all() const { return load_ms + session_ms + first_run_ms; }
};

/// What was measured of what.
struct BenchOutcome {
  const BenchCommand& command;
  const Plan& plan;
  const Bench& result;
  std::int64_t samples = 0;
  ColdStart start;
  std::vector<Warning> warnings;
};

/// The samples that a plan is fed with, as the options say.
std::vector<Tensor> samples_for(const BenchCommand& command, const Plan& plan);

}  // namespace exeunt::cli
