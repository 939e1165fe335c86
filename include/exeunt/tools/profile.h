#pragma once

#include <exeunt/session.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace EXEUNT_API exeunt {

/// What the time of one call of Session::run is made of, in microseconds.
struct PathTimes {
  double input = 0;   ///< checking the arrays handed over, and converting them where they are not in the model's form
  double steps = 0;   ///< all steps on the path, one after another
  double heads = 0;   ///< of these, the steps that only decisions on the way need: the heads of the exits not taken
  double scores = 0;  ///< of the decisions
  double output = 0;  ///< copying the answers to where Results holds them

  double all() const noexcept { return input + steps + scores + output; }
};

/// Times a call of Session::run part by part and step by step, in the sequence in which a session does it all: each
/// part meets the caches as the one before left them. What reading the clock costs is measured and taken off.
/// Holds what a session holds. Thread rule: one thread at a time.
class StepProfiler {
 public:
  /// @param options  those of the session that it stands for; one sample at a time whatever they say
  /// @throws Error as Session
  explicit StepProfiler(const Plan& plan, const SessionOptions& options = {});
  ~StepProfiler();
  StepProfiler(StepProfiler&&) noexcept;
  StepProfiler& operator=(StepProfiler&&) noexcept;

  /// Runs one sample to exit `exit`, whatever its scores; without one, where its scores lead it.
  /// @param inputs  as for Session::run
  /// @throws Error argument, shape, dtype
  PathTimes run(std::span<const TensorView> inputs, std::optional<int> exit = std::nullopt);

  /// Measures what reading the clock costs in the midst of the steps to an exit, by runs with and without. Until then
  /// what it costs by itself is taken off, which is more: in between, the processor does some of it besides.
  /// @throws Error as run. Cost: 10 runs or more, up to some milliseconds
  void measure_clock(std::span<const TensorView> inputs, int exit);

  /// How decisions are taken, from the plan at first; as Session::set_exit_settings. @throws Error argument
  void set_exit_settings(std::span<const ExitSettings> settings);
  /// Threshold of a decision, from the plan at first. @throws Error argument if it does not exist
  void set_threshold(int decision, float threshold);

  /// Microseconds of each step in the last run, by its id; NaN for those that did not run: not on the path, or
  /// of the head of a disabled exit.
  std::span<const double> steps_us() const noexcept;
  /// Of scoring each decision; NaN the same.
  std::span<const double> scores_us() const noexcept;
  /// The exit that the last run took.
  int exit() const noexcept;
  /// What is taken off for each reading of the clock on the path to an exit, in microseconds. @throws Error argument
  double clock_us(int exit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// How many multiplications with addition one core of this machine does a nanosecond, by loops that do nothing else.
struct MachinePeaks {
  double f32 = 0;
  double bf16 = 0;  ///< 0: no instructions for products of it
  double int8 = 0;  ///< 0: the same
  double fp16 = 0;  ///< 0: the same

  /// The peak of what a step's kernel (StepInfo::kernel) multiplies in.
  double of_kernel(std::string_view kernel) const noexcept;
};

/// Cost: some milliseconds.
MachinePeaks measure_machine_peaks();

}  // namespace exeunt
