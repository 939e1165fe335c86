#pragma once

#include <exeunt/api.h>
#include <exeunt/plan.h>
#include <exeunt/tensor.h>

#include <memory>
#include <span>

namespace EXEUNT_API exeunt {

/// What the time on the path to an exit is made of, in microseconds.
struct PathTimes {
  double steps = 0;   ///< all steps on the path, one after another
  double heads = 0;   ///< of these, the steps that only decisions on the way need: the heads of the exits not taken
  double scores = 0;  ///< of the decisions
};

/// Times the steps of a plan one by one, in the sequence in which a session runs them: each meets the caches as the one
/// before left them. Reading the clock is taken off, what it costs was measured when the profiler was made.
/// Holds an arena of its own. Thread rule: one thread at a time.
class StepProfiler {
 public:
  explicit StepProfiler(const Plan& plan);
  ~StepProfiler();
  StepProfiler(StepProfiler&&) noexcept;
  StepProfiler& operator=(StepProfiler&&) noexcept;

  /// Runs one sample to exit `exit`, whatever its scores.
  /// @param inputs  one for each of the plan's inputs, in exactly its type
  /// @throws Error argument, shape, dtype
  PathTimes run(std::span<const TensorView> inputs, int exit);

  /// Microseconds of each step in the last run, by its id; NaN for those that were not on the path.
  std::span<const double> steps_us() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exeunt
