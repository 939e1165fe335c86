#pragma once

#include <exeunt/tools/bench.h>

#include <cstddef>
#include <vector>

namespace exeunt {

/// Keeps what a StepProfiler tells of run after run. Of many runs it keeps every second, fourth, ... one for the
/// medians, so that it never holds more than some megabytes; sums are of all.
class ProfileLog {
 public:
  /// @param most_numbers  to keep
  explicit ProfileLog(const Plan& plan, std::size_t most_numbers = std::size_t{2} << 20);

  void add(const StepProfiler& profiler, const PathTimes& times);
  std::int64_t runs() const noexcept { return runs_; }
  /// Profile::events stays empty.
  Profile summary() const;

 private:
  struct Sum {
    std::int64_t runs = 0;
    double us = 0;
  };
  void halve();
  std::size_t row_size() const noexcept { return kParts + steps_.size() + decisions_; }
  std::size_t kept() const noexcept { return exits_.size(); }
  std::vector<double> column(std::size_t at) const;
  void describe_typical_run(Profile& profile) const;

  static constexpr std::size_t kParts = 5;
  std::vector<Sum> steps_;
  std::size_t decisions_;
  std::size_t most_rows_;
  std::int64_t runs_ = 0;
  std::int64_t every_ = 1;       // of how many runs one is kept
  std::vector<double> numbers_;  // a row a run: parts, steps, decisions
  std::vector<int> exits_;       // by row
};

}  // namespace exeunt
