#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "exec/executor.h"

namespace exeunt {

/// How a run with a deadline ended.
struct DeadlineOutcome {
  bool cut_short = false;  ///< the answer is of an exit that would not have let the sample go
  bool missed = false;     ///< it came after the deadline
};

/// Takes answers: the last one is the run's.
class AnswerKeeper {
 public:
  virtual ~AnswerKeeper() = default;
  /// Copies the outputs of an exit while they are there. Called once or more a run.
  virtual void keep(const Segment& exit) noexcept = 0;
};

/// Runs one sample against the clock: starts no segment after a decision unless what it leads to is likely to be done
/// in time, by how long segments took so far, and answers with the surest exit that is done.
/// Thread rule: that of its executor.
class DeadlineExecutor {
 public:
  using Clock = std::chrono::steady_clock;

  explicit DeadlineExecutor(Executor& executor);

  /// Times every segment. @param inputs  any sample @param runs  at least 1
  void measure(std::span<const std::byte* const> inputs, int runs);
  /// What measuring would find of one segment.
  void expect(std::size_t segment, double us) noexcept;
  bool measured() const noexcept { return measured_; }

  /// Runs one sample. Allocates nothing.
  /// @param chosen    the same as `settings`, as the caller gave them
  /// @param scores    one a decision: its score, or NaN if the sample did not come by
  DeadlineOutcome run(std::span<const std::byte* const> inputs, std::span<const DecisionSetting> settings,
                      std::span<const ExitSettings> chosen, std::span<float> scores, Clock::time_point deadline,
                      AnswerKeeper& keeper) noexcept;

 private:
  struct Best;
  /// How long a segment takes: a time that nine runs in ten keep.
  struct Cost {
    double us = 0;
    double without_head_us = 0;
    double& of(bool skips_head) noexcept { return skips_head ? without_head_us : us; }
  };

  bool skips_head(const Segment& segment, std::span<const DecisionSetting> settings) const noexcept;
  void run_segment(const Segment& segment, std::span<const DecisionSetting> settings, Clock::time_point& now) noexcept;
  void plan_ways(std::span<const DecisionSetting> settings, std::span<const ExitSettings> chosen) noexcept;
  int answer_here(const Segment& decision, std::span<const ExitSettings> chosen) const noexcept;
  void forget(int refused) noexcept;

  Executor& executor_;
  const PlanData& plan_;
  std::vector<Cost> costs_;     ///< by segment
  std::vector<double> way_us_;  ///< from the start of a segment to the nearest exit that may answer
  bool measured_ = false;
};

}  // namespace exeunt
