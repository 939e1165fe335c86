#pragma once

#include <exeunt/tools/drift.h>
#include <exeunt/tools/evaluate.h>

#include <string>
#include <vector>

#include "json.h"
#include "options.h"

namespace exeunt::cli {

/// What a run says about the tuning file that it follows.
struct DriftReport {
  std::vector<Drift> compared;  ///< empty: nothing could be
  std::string sentence;

  /// The worst of them.
  DriftLevel level() const;
};

/// Compares what `session` saw with what its tuning file remembers. What cannot be compared is said in the sentence; it
/// is no error, for the settings hold all the same.
/// @param seen  all of it with the settings that the session has
/// @pre there is a tuning file, and it was read before
DriftReport check_drift(const ExitOptions& exits, const RunOptions& run, const Session& session,
                        const Evaluation& seen);

Json to_json(const DriftReport& report);
void print_drift(const DriftReport& report);

}  // namespace exeunt::cli
