#include <exeunt/tools/versus.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "base/error.h"
#include "tune/clock.h"
#include "tune/latency.h"
#include "tune/stream.h"
#include "tune/trust.h"

namespace exeunt {

namespace {

void check_options(const VersusOptions& options) {
  for (const double value : {options.warmup_ms, options.duration_s, options.margin, options.handicap})
    require(std::isfinite(value) && value >= 0, ErrorCode::argument, "{} is neither a duration nor a share", value);
  require(options.least_pairs >= 6, ErrorCode::argument, "{} pairs; at least 6 are needed", options.least_pairs);
}

/// A session and what feeds it, opened anew from time to time.
class Side {
 public:
  Side(const Contender& contender, const VersusOptions& options, double handicap)
      : contender_(contender), options_(options), handicap_(handicap) {}

  void open() {
    session_.emplace(contender_.open());
    require(options_.batch >= 1 && options_.batch <= session_->max_batch(), ErrorCode::argument,
            "a batch of {}; the session takes 1 to {}", options_.batch, session_->max_batch());
    session_->force_exit(options_.exit);
    stream_.emplace(*session_, contender_.samples, opened_++, 0, StreamOptions{options_.batch});
  }
  void close() {
    stream_.reset();
    session_.reset();
  }

  /// `runs` runs, and one before them that does not count.
  void run(std::int64_t runs) {
    stream_->run();
    us_.clear();
    for (std::int64_t i = 0; i < runs; ++i) {
      stream_->fill();
      us_.push_back(timed_run());
    }
  }

  Stream& stream() { return *stream_; }
  std::int64_t groups() const { return count_groups(session_->plan(), contender_.samples, options_.batch); }
  const std::vector<double>& us() const { return us_; }

 private:
  double timed_run() {
    const auto start = Clock::now();
    stream_->run();
    Clock::time_point end = Clock::now();
    if (handicap_ > 0) {
      const auto wanted = end + clock_duration(seconds(end - start) * handicap_);
      while (end < wanted) end = Clock::now();
    }
    return seconds(end - start) * 1e6;
  }

  const Contender& contender_;
  const VersusOptions& options_;
  double handicap_;
  std::optional<Session> session_;
  std::optional<Stream> stream_;
  std::int64_t opened_ = 0;
  std::vector<double> us_;
};

class Comparison {
 public:
  Comparison(const Contender& a, const Contender& b, const VersusOptions& options)
      : options_(options), a_(a, options, 0), b_(b, options, options.handicap), random_(options.seed) {}

  Versus run() {
    open(true);
    warm_up();
    const auto start = Clock::now();
    std::int64_t next_opening = 0;
    for (double elapsed = 0; elapsed < options_.duration_s || std::ssize(ratios_) < options_.least_pairs;
         elapsed = seconds(Clock::now() - start)) {
      // Those who open first get their memory first: the sides take turns.
      if (elapsed * kOpenings >= static_cast<double>(next_opening) * options_.duration_s && elapsed > 0)
        open(++next_opening % 2 == 0);
      take_pair();
      if (options_.progress) options_.progress(std::llround(elapsed * 1000), std::llround(options_.duration_s * 1000));
    }
    return report();
  }

 private:
  static constexpr int kOpenings = 20;  // in the whole duration

  void open(bool a_first) {
    a_.close();
    b_.close();
    (a_first ? a_ : b_).open();
    (a_first ? b_ : a_).open();
    require(a_.groups() == b_.groups(), ErrorCode::argument, "A gets {} batches of samples and B {}", a_.groups(),
            b_.groups());
  }

  /// Long enough for some runs, short enough for thousands of pairs.
  void warm_up() {
    const auto start = Clock::now();
    std::int64_t runs = 0;
    do {
      a_.run(1);
      b_.run(1);
      runs += 4;
    } while (seconds(Clock::now() - start) * 1000 < options_.warmup_ms);
    const double run_s = seconds(Clock::now() - start) / static_cast<double>(runs);
    constexpr double kPairs = 4000;
    const double side_s = std::max(0.0005, options_.duration_s / kPairs / 2);
    const std::int64_t least = options_.exit ? 3 : 32;
    runs_ = std::clamp<std::int64_t>(std::llround(side_s / run_s), least, 1000);
  }

  /// A side's time in a pair.
  double time_of(const Side& side) const {
    if (!options_.exit) return std::accumulate(side.us().begin(), side.us().end(), 0.0) - clock_total();
    return summarize_latency(side.us()).p50 - clock_.cost_us;
  }
  double clock_total() const { return clock_.cost_us * static_cast<double>(runs_); }

  void take_pair() {
    const bool a_first = random_() % 2 == 0;
    Side& first = a_first ? a_ : b_;
    Side& second = a_first ? b_ : a_;
    second.stream().follow(first.stream());
    first.run(runs_);
    second.run(runs_);
    all_a_.insert(all_a_.end(), a_.us().begin(), a_.us().end());
    all_b_.insert(all_b_.end(), b_.us().begin(), b_.us().end());
    // A step that takes less than reading the clock leaves nothing to divide.
    constexpr double kLeastUs = 1e-3;
    ratios_.push_back(std::max(time_of(b_), kLeastUs) / std::max(time_of(a_), kLeastUs));
  }

  Versus report() {
    Versus result;
    result.a_us = report_latency(std::move(all_a_));
    result.b_us = report_latency(std::move(all_b_));
    result.ratio = ratio_interval(ratios_, options_.seed);
    result.verdict = judge_ratio(result.ratio, options_.margin);
    result.pairs = std::ssize(ratios_);
    result.runs_a_side = runs_;
    return result;
  }

  const VersusOptions& options_;
  Side a_;
  Side b_;
  std::mt19937_64 random_;
  ClockFacts clock_ = look_at_clock();
  std::int64_t runs_ = 1;
  std::vector<double> all_a_;
  std::vector<double> all_b_;
  std::vector<double> ratios_;
};

}  // namespace

Versus versus(const Contender& a, const Contender& b, const VersusOptions& options) {
  check_options(options);
  return Comparison(a, b, options).run();
}

}  // namespace exeunt
