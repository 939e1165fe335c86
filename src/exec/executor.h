#pragma once

#include <exeunt/tensor.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "exec/decision_setting.h"
#include "exec/step_ranges.h"
#include "exec/worker_pool.h"
#include "plan/plan_data.h"

namespace exeunt {

/// When what happened in a run: written by Executor::run_stamped for what is on the path, other places stay.
struct Stamps {
  using Clock = std::chrono::steady_clock;
  explicit Stamps(const PlanData& plan) : steps(plan.steps.size()), decisions(plan.decision_segments.size()) {}

  Clock::time_point start;
  std::vector<Clock::time_point> steps;      ///< the end of each step
  std::vector<Clock::time_point> decisions;  ///< the end of each decision's scoring
};

/// Runs a plan for one sample at a time: walks the tree, segment by segment. Holds the arena and the
/// state of every step, and threads if the plan has split steps; everything is resolved to addresses when it is made.
/// Thread rule: one thread at a time.
class Executor {
 public:
  /// @throws Error device
  explicit Executor(std::shared_ptr<const PlanData> plan);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Runs one sample. Allocates nothing.
  /// @param inputs    address of the sample for each of the plan's inputs
  /// @param settings  one a decision
  /// @param scores    one a decision: its score, or NaN if the sample did not come by or the head was skipped
  /// @return the segment of the exit taken
  const Segment& run(std::span<const std::byte* const> inputs, std::span<const DecisionSetting> settings,
                     std::span<float> scores) noexcept;

  /// The same, reading the clock after each step and each score. For tools.
  const Segment& run_stamped(std::span<const std::byte* const> inputs, std::span<const DecisionSetting> settings,
                             std::span<float> scores, Stamps& stamps) noexcept;

  /// Runs every segment on one sample, whatever the scores: each step once, in the order of the plan. An arm that waits
  /// keeps what it needs, so this gives what forcing each exit in turn gives. For tools.
  /// @param after_step     called with the number of the step that ran, and its result in the step's layout
  /// @param after_segment  called at the end of each segment, while its outputs or what it looks at are there, with the
  ///                       score of its decision by the plan's own settings; NaN for an exit
  void trace(std::span<const std::byte* const> inputs,
             const std::function<void(std::size_t step, const std::byte* result)>& after_step,
             const std::function<void(const Segment& segment, float score)>& after_segment);

  /// The steps of a segment that run with these settings, in order.
  std::span<const StepRange> steps_of(const Segment& segment,
                                      std::span<const DecisionSetting> settings) const noexcept {
    const SegmentSteps& steps = segment_steps_[number_of(segment)];
    const bool skips = !segment.is_exit && settings[static_cast<std::size_t>(segment.decision)].skips_head();
    return skips ? std::span<const StepRange>(steps.without_head) : std::span(&steps.all, 1);
  }

  /// The values of the exit of the last run; valid until the next one.
  TensorView exit_output(const Segment& exit, std::size_t output) const noexcept;

 private:
  friend class BatchExecutor;
  friend class DeadlineExecutor;

  template <class AfterStep, class AfterScore>
  const Segment& walk(std::span<const DecisionSetting> settings, std::span<float> scores, const AfterStep& after_step,
                      const AfterScore& after_score) noexcept;
  std::size_t number_of(const Segment& segment) const noexcept {
    return static_cast<std::size_t>(&segment - plan_->segments.data());
  }
  std::byte* resolve(const Operand& operand) noexcept;
  TensorView looked_at(const Segment& decision) noexcept {
    return {resolve(decision.looked_at), decision.looked_at_type};
  }
  void bind(std::span<const std::byte* const> inputs) noexcept;
  /// A place of `addresses_` that follows the caller's input.
  struct InputSlot {
    std::size_t address;
    std::size_t input;
  };

  std::shared_ptr<const PlanData> plan_;
  std::vector<SegmentSteps> segment_steps_;
  AlignedBuffer arena_;
  std::vector<std::byte*> addresses_;
  std::vector<InputSlot> input_slots_;
  std::vector<std::unique_ptr<StepState>> states_;
  std::vector<StepCall> calls_;
  std::unique_ptr<WorkerPool> pool_;  ///< null: no step is split
  std::vector<const std::byte*> inputs_;
};

}  // namespace exeunt
