#pragma once

#include <exeunt/tools/evaluate.h>
#include <exeunt/tools/tune.h>

#include <optional>
#include <string>
#include <vector>

#include "json.h"

namespace exeunt::cli {

/// Everything that `tune` says.
struct TuneFindings {
  std::string model;
  std::string data;
  std::string budget;  ///< in words
  std::int64_t samples = 0;
  std::int64_t nan_samples = 0;
  std::vector<ExitInfo> exits;
  PathCosts costs;
  Tuned tuned;
  std::optional<Evaluation> measured;  ///< the chosen settings at work on the samples held out
  double heads_seconds = 0;
  double latency_seconds = 0;
  std::vector<std::string> written;  ///< files
};

Json to_json(const TuneFindings& findings);
std::string tune_text(const TuneFindings& findings);

}  // namespace exeunt::cli
