#pragma once

#include <exeunt/api.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace EXEUNT_API exeunt {

/// Runs whose latency is at most `upper_us` and above that of the bin before.
struct LatencyBin {
  double upper_us = 0;
  std::int64_t runs = 0;
};

/// Of one exit.
struct ExitStatistics {
  std::int64_t samples = 0;  ///< that it answered
  /// Latency of the runs that it ended, of one sample each: what a batch takes is no sample's own time.
  std::int64_t timed_runs = 0;
  double mean_us = 0;
  std::vector<LatencyBin> latency = {};  ///< ascending, none empty; a bin is up to 12.5 % wide

  /// The latency that `percent` of the timed runs did not exceed: the upper end of its bin; 0 without runs.
  double percentile_us(double percent) const noexcept;
};

/// Bins of equal width, from a score of 0 to 1; those of patience from 0 to the number of decisions.
inline constexpr std::size_t kScoreBins = 20;

/// Of one decision.
struct DecisionStatistics {
  double highest = 1;                ///< the upper end of the last bin, which also holds what is above
  std::vector<std::int64_t> scores;  ///< samples by score, kScoreBins of them
  std::int64_t not_a_number = 0;     ///< samples whose score is none
};

/// Of runs with a deadline.
struct DeadlineStatistics {
  std::int64_t runs = 0;
  std::int64_t cut_short = 0;  ///< answered by an exit that would not have let the sample go
  std::int64_t missed = 0;     ///< that ended after their deadline
};

/// What a session has seen since it was made or reset.
struct Statistics {
  std::vector<ExitStatistics> exits;
  std::vector<DecisionStatistics> decisions;
  DeadlineStatistics deadlines;
};

}  // namespace exeunt
