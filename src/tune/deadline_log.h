#pragma once

#include <exeunt/tools/deadline.h>

#include <vector>

#include "tune/clock.h"

namespace exeunt {

/// Writes down runs with a deadline.
class DeadlineLog {
 public:
  /// @throws Error argument unless `deadline_us` is a duration of at most a million seconds
  DeadlineLog(double deadline_us, std::size_t exits);

  /// The deadline of a run that starts now. @pre now is no time in the far future
  Clock::time_point of_run(Clock::time_point now) const { return now + length_; }
  void add(int exit, bool cut_short, double us);
  void add(const DeadlineLog& other);
  DeadlineReport report() const;

 private:
  Clock::duration length_;
  DeadlineReport counts_;
  std::vector<double> overruns_us_;
};

}  // namespace exeunt
