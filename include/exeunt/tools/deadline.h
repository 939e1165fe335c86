#pragma once

#include <exeunt/api.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace EXEUNT_API exeunt {

/// What became of runs that had a deadline: `eval` and `bench` with --deadline-us.
struct DeadlineReport {
  double deadline_us = 0;  ///< that each run had, from its call on
  std::int64_t runs = 0;
  std::int64_t cut_short = 0;                   ///< answered by an exit that would not have let the sample go
  std::vector<std::int64_t> cut_short_by_exit;  ///< the same, by the exit that answered
  std::int64_t missed = 0;                      ///< that took longer than the deadline
  std::int64_t missed_clearly = 0;              ///< of these, by more than a twentieth of the deadline
  // By how much these took longer; 0 if there are none.
  double overrun_p50_us = 0;
  double overrun_p99_us = 0;
  double overrun_max_us = 0;
  std::optional<double> cut_short_accuracy = std::nullopt;  ///< of the answers cut short; empty without labels

  /// Shares of the runs, in [0, 1]; 0 without runs.
  double cut_short_share() const noexcept { return share(cut_short); }
  double missed_share() const noexcept { return share(missed); }
  double missed_clearly_share() const noexcept { return share(missed_clearly); }

 private:
  double share(std::int64_t count) const noexcept {
    return runs == 0 ? 0 : static_cast<double>(count) / static_cast<double>(runs);
  }
};

}  // namespace exeunt
