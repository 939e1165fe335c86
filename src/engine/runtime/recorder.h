#pragma once

#include <exeunt/exit_settings.h>
#include <exeunt/statistics.h>

#include <bit>
#include <span>
#include <vector>

#include "base/ticks.h"
#include "exec/decision_setting.h"
#include "plan/plan_data.h"

namespace exeunt {

/// Counts what a session does. Each call of `left` and `ran` takes some nanoseconds and allocates nothing.
class Recorder {
 public:
  explicit Recorder(const PlanData& plan);

  /// How decisions are taken from now on, one entry each: those that score otherwise than before begin anew.
  void follow(std::span<const ExitSettings> chosen) noexcept;

  /// A sample was answered. @param scores  one a decision, NaN where it did not come by
  /// @param segment   the exit's
  /// @param settings  by which it ran, one a decision: heads that were skipped have no score to count
  void left(const Segment& segment, std::span<const float> scores, std::span<const DecisionSetting> settings) noexcept;
  /// A run of one sample took so long.
  void ran(int exit, std::uint64_t ticks) noexcept {
    Times& times = times_[static_cast<std::size_t>(exit)];
    times.total += ticks;
    ++times.bins[bin_of(ticks)];
  }

  DeadlineStatistics& deadlines() noexcept { return deadlines_; }
  Statistics statistics() const;
  void reset() noexcept;

 private:
  /// Below 16 ticks one each, then eight for each power of two.
  static constexpr std::size_t kBins = 16 + 60 * 8;
  static std::size_t bin_of(std::uint64_t ticks) noexcept {
    if (ticks < 16) return static_cast<std::size_t>(ticks);
    const auto power = static_cast<unsigned>(std::bit_width(ticks)) - 1;
    return (power - 2) * 8 + ((ticks >> (power - 3)) & 7);
  }
  static double upper_ticks(std::size_t bin) noexcept;

  struct Times {
    std::uint64_t total = 0;
    std::vector<std::int64_t> bins = std::vector<std::int64_t>(kBins);
  };
  struct Scores {
    CriterionKind criterion{};
    float temperature = 0;
    float scale = 0;  ///< bins a unit of score
    std::vector<std::int64_t> bins = std::vector<std::int64_t>(kScoreBins);
    std::int64_t not_a_number = 0;
  };

  std::vector<std::int64_t> samples_;           ///< by exit
  std::vector<Times> times_;                    ///< by exit
  std::vector<Scores> scores_;                  ///< by decision
  std::vector<std::vector<int>> decisions_of_;  ///< by exit: those on the path to it
  DeadlineStatistics deadlines_;
  TickRate rate_;
};

}  // namespace exeunt
