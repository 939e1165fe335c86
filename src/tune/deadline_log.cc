#include "tune/deadline_log.h"

#include "base/error.h"
#include "tune/latency.h"

namespace exeunt {

namespace {

constexpr double kClearly = 1.05;

}  // namespace

DeadlineLog::DeadlineLog(double deadline_us, std::size_t exits) {
  constexpr double kMostUs = 1e12;
  require(deadline_us >= 0 && deadline_us <= kMostUs, ErrorCode::argument,
          "a deadline of {} us; 0 to {} microseconds are possible", deadline_us, kMostUs);
  length_ = clock_duration(deadline_us / 1e6);
  counts_.deadline_us = deadline_us;
  counts_.cut_short_by_exit.resize(exits);
}

void DeadlineLog::add(int exit, bool cut_short, double us) {
  ++counts_.runs;
  if (cut_short) {
    ++counts_.cut_short;
    ++counts_.cut_short_by_exit[static_cast<std::size_t>(exit)];
  }
  if (us <= counts_.deadline_us) return;
  ++counts_.missed;
  if (us > kClearly * counts_.deadline_us) ++counts_.missed_clearly;
  overruns_us_.push_back(us - counts_.deadline_us);
}

void DeadlineLog::add(const DeadlineLog& other) {
  counts_.runs += other.counts_.runs;
  counts_.cut_short += other.counts_.cut_short;
  counts_.missed += other.counts_.missed;
  counts_.missed_clearly += other.counts_.missed_clearly;
  for (std::size_t e = 0; e < counts_.cut_short_by_exit.size(); ++e)
    counts_.cut_short_by_exit[e] += other.counts_.cut_short_by_exit[e];
  overruns_us_.insert(overruns_us_.end(), other.overruns_us_.begin(), other.overruns_us_.end());
}

DeadlineReport DeadlineLog::report() const {
  DeadlineReport report = counts_;
  const LatencyReport overruns = report_latency(overruns_us_);
  report.overrun_p50_us = overruns.p50;
  report.overrun_p99_us = overruns.p99;
  report.overrun_max_us = overruns.max;
  return report;
}

}  // namespace exeunt
