#pragma once

#include <exeunt/api.h>
#include <exeunt/exit_settings.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace EXEUNT_API exeunt {

/// How often a decision's scores fell where, when it was tuned: bins of equal width from `low` to `high`.
struct ScoreHistogram {
  float low = 0;
  float high = 1;
  std::vector<std::int64_t> counts;

  bool operator==(const ScoreHistogram&) const = default;
};

/// How the exits of a model are to be taken, and what was seen with these settings. A small JSON file that every
/// command reads (--tuning FILE); only `exits` has to be there.
struct Tuning {
  /// One for each decision, in the order of Plan::decisions().
  std::vector<ExitSettings> exits;
  /// The share of samples that took each exit, in [0, 1]; the last one leaves at no decision. Empty: not known.
  std::vector<double> shares;
  std::optional<double> accuracy;    ///< share of samples that were right, in [0, 1]
  std::optional<double> latency_us;  ///< mean of a sample
  /// One for each decision. Empty: not known.
  std::vector<ScoreHistogram> scores;

  bool operator==(const Tuning&) const = default;
};

/// Reads a tuning file. Of an exit, "criterion" and "threshold" have to be there.
/// @throws Error file; format that names the part: another version, no numbers, counts that do not fit each other
Tuning load_tuning(const std::filesystem::path& path);

/// Writes one; nobody ever sees half a file. Infinite thresholds become the largest float.
/// @throws Error file; argument for settings that cannot be (see Session::set_exit_settings)
void save_tuning(const Tuning& tuning, const std::filesystem::path& path);

}  // namespace exeunt
