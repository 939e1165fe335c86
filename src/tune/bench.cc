#include <exeunt/tools/bench.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tune/clock.h"
#include "tune/crew.h"
#include "tune/latency.h"
#include "tune/perf_counters.h"
#include "tune/profile_log.h"
#include "tune/stream.h"
#include "tune/trust.h"

namespace exeunt {

namespace {

/// What is measured in turn with others.
struct Item {
  enum class Kind : std::uint8_t { runs, profile };
  Kind kind = Kind::runs;
  std::optional<int> exit{};  ///< none: the decisions at work
  double wall_s = 0;          ///< of the turns that count
  double run_s = 0;           ///< of one run in the last turn
  std::optional<ProfileLog> log{};
  PerfCounters::Counts counts{};  ///< of `counted` runs
  std::int64_t counted = 0;
};

void check(std::span<Session> sessions, const BenchOptions& options) {
  require(!sessions.empty(), ErrorCode::argument, "a session is needed");
  require(options.batch >= 1 && options.batch <= sessions.front().max_batch(), ErrorCode::argument,
          "a batch of {}; the session takes 1 to {}", options.batch, sessions.front().max_batch());
  require(!options.deadline_us || (options.mix && options.batch == 1), ErrorCode::argument,
          "a deadline is for the mix, in batches of one sample");
  require(options.mix || !options.exits.empty(), ErrorCode::argument, "neither exits nor the mix are to be measured");
  require(options.iterations >= 1, ErrorCode::argument, "{} iterations; at least 1 is needed", options.iterations);
  for (const double value : {options.duration_s, options.warmup_ms, options.idle_ms})
    require(std::isfinite(value) && value >= 0, ErrorCode::argument, "{} is no duration", value);
  for (const double p : options.percentiles)
    require(p > 0 && p <= 100, ErrorCode::argument, "percentile {}: above 0 up to 100", p);
  const auto exits = static_cast<int>(sessions.front().plan().exits().size());
  for (const int exit : options.exits)
    require(exit >= 0 && exit < exits, ErrorCode::argument, "there is no exit {}; the model has {}", exit, exits);
}

class Bencher {
 public:
  Bencher(std::span<Session> sessions, std::span<const Tensor> samples, const BenchOptions& options)
      : options_(options),
        plan_(sessions.front().plan()),
        crew_(sessions.size()),
        streams_wanted_(static_cast<std::int64_t>(sessions.size())) {
    const std::int64_t groups = count_groups(plan_, samples, options.batch);
    if (sessions.size() == 1 && options.batch == 1) add_profiler(sessions.front());
    for (const int exit : options.exits) add_item(exit);
    if (options.mix) add_item(std::nullopt);
    streams_.reserve(sessions.size());
    for (std::size_t k = 0; k < sessions.size(); ++k) {
      const std::int64_t first = static_cast<std::int64_t>(k) * groups / streams_wanted_;
      streams_.emplace_back(
          sessions[k], samples, first, items_.size(),
          StreamOptions{options.batch, options.idle_ms / 1000, options.keep_times, options.deadline_us});
    }
  }

  Bench run() {
    const ClockFacts clock = look_at_clock();
    warm_up();
    const double speed = loop_speed();
    began_ = Clock::now();
    measure();
    trust_.speed_change = loop_speed() / speed - 1;
    trust_.clock_resolution_us = clock.resolution_us;
    trust_.clock_cost_us = clock.cost_us;
    trust_.no_counters = counters_.refusal();
    return report();
  }

 private:
  void add_profiler(const Session& session) {
    profiler_.emplace(plan_);
    profiler_->set_exit_settings(session.exit_settings());
  }

  void add_item(std::optional<int> exit) {
    items_.push_back({Item::Kind::runs, exit});
    // The profiler does not know of deadlines.
    if (!profiler_ || (!exit && options_.deadline_us)) return;
    items_.push_back({Item::Kind::profile, exit});
    items_.back().log.emplace(plan_);
  }

  /// Long enough that the ends of a turn, where streams do not run together, weigh little; short enough to have many.
  Clock::duration turn_length(const Item& item) const {
    const bool alone = streams_.size() == 1;
    const double wanted = std::max(alone ? 0.005 : 0.05, (alone ? 10 : 50) * item.run_s);
    return clock_duration(std::min(wanted, options_.duration_s / static_cast<double>(items_.size())));
  }

  void take_turn(const Turn& turn) {
    Item& item = items_[turn.item];
    if (item.kind == Item::Kind::profile) return profile(turn, item);
    const SystemEvents before = system_events();
    crew_.run([&](std::size_t k) { streams_[k].take_turn(turn); });
    if (turn.counts) trust_.events += system_events() - before;
    const auto first = std::ranges::min_element(streams_, {}, &Stream::first)->first();
    const auto last = std::ranges::max_element(streams_, {}, &Stream::last)->last();
    item.run_s = seconds(last - first) / static_cast<double>(streams_.front().runs());
    if (turn.counts) item.wall_s += seconds(last - first);
  }

  void profile(const Turn& turn, Item& item) {
    Stream& stream = streams_.front();
    profiler_->run(stream.views(), item.exit);
    if (!turn.counts) profiler_->measure_clock(stream.views(), profiler_->exit());
    const auto start = Clock::now();
    for (std::int64_t runs = 0; runs < turn.least || Clock::now() - start < turn.length; ++runs) {
      stream.fill();
      const PathTimes times = profiler_->run(stream.views(), item.exit);
      if (turn.counts) item.log->add(*profiler_, times);
    }
    if (turn.counts && counters_) count_events(item);
  }

  /// Runs of the session and nothing else between two readings of the counters.
  void count_events(Item& item) {
    constexpr std::int64_t kRuns = 10;
    Stream& stream = streams_.front();
    stream.session().force_exit(item.exit);
    stream.run();
    const PerfCounters::Counts before = counters_.read();
    for (std::int64_t i = 0; i < kRuns; ++i) stream.run();
    const PerfCounters::Counts after = counters_.read();
    for (std::size_t e = 0; e < after.size(); ++e) item.counts[e] += after[e] - before[e];
    item.counted += kRuns;
  }

  Turn turn_of(std::size_t i, Clock::duration length, std::int64_t least = 1, bool counts = true) const {
    return {i, items_[i].exit, length, least, counts};
  }

  void warm_up() {
    const auto start = Clock::now();
    const Clock::duration wanted = clock_duration(options_.warmup_ms / 1000);
    const Clock::duration length = wanted / static_cast<std::int64_t>(2 * items_.size());
    do {
      for (std::size_t i = 0; i < items_.size(); ++i) take_turn(turn_of(i, length, 1, false));
    } while (Clock::now() - start < wanted);
  }

  std::int64_t missing_runs(std::size_t i) const {
    const std::int64_t each = (options_.iterations + streams_wanted_ - 1) / streams_wanted_;
    return each - (items_[i].log ? items_[i].log->runs() : std::ssize(streams_.front().seen(i).us));
  }

  void measure() {
    for (double elapsed = 0; elapsed < options_.duration_s; elapsed = seconds(Clock::now() - began_)) {
      for (std::size_t i = 0; i < items_.size(); ++i) take_turn(turn_of(i, turn_length(items_[i])));
      if (options_.progress) options_.progress(std::llround(elapsed * 1000), std::llround(options_.duration_s * 1000));
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (missing_runs(i) > 0) take_turn(turn_of(i, {}, missing_runs(i)));
    }
  }

  void add_times(std::size_t i, RunReport& report) const {
    for (std::size_t k = 0; k < streams_.size(); ++k) {
      const Seen& seen = streams_[k].seen(i);
      for (std::size_t r = 0; r < seen.us.size(); ++r) {
        report.runs.push_back({static_cast<int>(k), seen.exits[r], seconds(seen.starts[r] - began_) * 1e6, seen.us[r]});
      }
    }
  }

  RunReport report_of(std::size_t i) const {
    std::vector<double> us;
    for (const Stream& stream : streams_) us.insert(us.end(), stream.seen(i).us.begin(), stream.seen(i).us.end());
    const auto samples = static_cast<double>(us.size()) * static_cast<double>(options_.batch);
    RunReport report{report_latency(std::move(us), options_.percentiles), samples / items_[i].wall_s, {}};
    if (options_.keep_times) add_times(i, report);
    return report;
  }

  std::vector<double> shares_of(std::size_t i) const {
    std::vector<double> shares(streams_.front().seen(i).samples_of_exit.size());
    double all = 0;
    for (const Stream& stream : streams_) {
      for (std::size_t e = 0; e < shares.size(); ++e) {
        shares[e] += static_cast<double>(stream.seen(i).samples_of_exit[e]);
        all += static_cast<double>(stream.seen(i).samples_of_exit[e]);
      }
    }
    for (double& share : shares) share /= all;
    return shares;
  }

  std::optional<DeadlineReport> deadlines_of(std::size_t i) const {
    if (!options_.deadline_us) return std::nullopt;
    DeadlineLog all(*options_.deadline_us, plan_.exits().size());
    for (const Stream& stream : streams_) all.add(*stream.seen(i).deadlines);
    return all.report();
  }

  static Profile profile_of(const Item& item) {
    Profile profile = item.log->summary();
    if (item.counted == 0) return profile;
    const auto runs = static_cast<double>(item.counted);
    profile.events = ProcessorEvents{item.counts[0] / runs, item.counts[1] / runs, item.counts[2] / runs};
    return profile;
  }

  Bench report() const {
    Bench result;
    result.trust = trust_;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (item.kind == Item::Kind::profile) {
        auto& profile = item.exit ? result.exits.back().profile : result.mix->profile;
        profile = profile_of(item);
        continue;
      }
      if (item.exit) result.exits.push_back({*item.exit, report_of(i), std::nullopt});
      if (!item.exit) result.mix = MixBench{report_of(i), shares_of(i), std::nullopt, deadlines_of(i)};
      for (const Stream& stream : streams_) result.trust.runs += std::ssize(stream.seen(i).us);
    }
    return result;
  }

  const BenchOptions& options_;
  Plan plan_;
  Crew crew_;
  std::int64_t streams_wanted_;
  std::vector<Item> items_;
  std::vector<Stream> streams_;
  std::optional<StepProfiler> profiler_;
  PerfCounters counters_;
  Trust trust_;
  Clock::time_point began_;
};

}  // namespace

Bench bench(std::span<Session> sessions, std::span<const Tensor> samples, const BenchOptions& options) {
  check(sessions, options);
  Bench result = Bencher(sessions, samples, options).run();
  for (Session& session : sessions) session.force_exit(std::nullopt);
  return result;
}

double typical_step_us(const Bench& result, std::size_t step) {
  StepTimes best;
  const auto look = [&](const std::optional<Profile>& profile) {
    if (profile && profile->steps[step].runs > best.runs) best = profile->steps[step];
  };
  for (const ExitBench& exit : result.exits) look(exit.profile);
  if (result.mix) look(result.mix->profile);
  return best.median_us;
}

}  // namespace exeunt
