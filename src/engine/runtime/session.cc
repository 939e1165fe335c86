#include <exeunt/session.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "engine/runtime/input_feed.h"
#include "engine/runtime/recorder.h"
#include "engine/runtime/results.h"
#include "exec/batch_executor.h"
#include "exec/deadline_executor.h"
#include "exec/executor.h"

namespace exeunt {

namespace {

/// Brings samples from the feed to the batch executor, and answers from there to the results.
class BatchRun final : public BatchClient {
 public:
  BatchRun(InputFeed& feed, Results::Data& results, Recorder& recorder, std::span<const DecisionSetting> settings)
      : feed_(feed), results_(results), recorder_(recorder), settings_(settings) {}

  void open(std::int64_t sample, bool first, std::span<const std::byte*> inputs) noexcept override {
    if (first) std::ranges::fill(results_.scores_of(sample), std::numeric_limits<float>::quiet_NaN());
    feed_.open(sample, first, inputs);
  }
  void decided(std::int64_t sample, int decision, float score) noexcept override {
    results_.scores_of(sample)[static_cast<std::size_t>(decision)] = score;
  }
  void done(std::int64_t sample, const Segment& exit, std::span<const std::byte* const> values) noexcept override {
    results_.store(sample, exit, values);
    recorder_.left(exit, results_.scores_of(sample), settings_);
  }

 private:
  InputFeed& feed_;
  Results::Data& results_;
  Recorder& recorder_;
  std::span<const DecisionSetting> settings_;
};

/// Brings the answers of a run with a deadline to the results.
class KeepInResults final : public AnswerKeeper {
 public:
  KeepInResults(const Executor& executor, Results::Data& results) : executor_(executor), results_(results) {}
  void keep(const Segment& exit) noexcept override { results_.store(0, exit, executor_); }

 private:
  const Executor& executor_;
  Results::Data& results_;
};

}  // namespace

struct Session::State {
  State(const Plan& p, const SessionOptions& options)
      : plan(p),
        max_batch(options.max_batch),
        scope(options.decision_scope),
        feed(*p.data(), options.inputs, options.max_batch),
        executor(p.data()),
        deadlines(executor),
        recorder(*p.data()),
        results(std::make_unique<Results::Data>(p.data(), options.max_batch)),
        samples(p.inputs().size()) {
    if (max_batch > 1) batches.emplace(executor, max_batch);
    for (const DecisionInfo& decision : p.decisions()) chosen.push_back(decision.settings());
    settings.resize(chosen.size());
    resolve();
    of_call = settings;
  }

  void check_batch(std::int64_t batch) const;
  const Results& run(std::span<const TensorView> inputs, std::span<const DecisionSetting> by);
  /// Takes over settings that were changed in `chosen`.
  void resolve() {
    resolve_settings(*plan.data(), chosen, settings);
    recorder.follow(chosen);
  }

  Plan plan;
  std::int64_t max_batch;
  DecisionScope scope;
  InputFeed feed;
  Executor executor;
  DeadlineExecutor deadlines;
  Recorder recorder;
  std::optional<BatchExecutor> batches;
  Results results;
  std::vector<ExitSettings> chosen;
  std::vector<DecisionSetting> settings;  ///< what `chosen` says
  std::vector<DecisionSetting> of_call;   ///< scratch
  std::vector<const std::byte*> samples;
};

/// @throws Error unsupported unless several samples can run at once
void Session::State::check_batch(std::int64_t batch) const {
  const PlanData& data = *plan.data();
  require(
      data.batch_obstacle.empty(), ErrorCode::unsupported,
      "{} samples were handed over at once, but the model does not keep samples apart: {}. Run one sample at a time "
      "(--batch 1)",
      batch, data.batch_obstacle);
  if (scope == DecisionScope::sample) return;
  for (const int segment : data.decision_segments) {
    const Segment& decision = data.segments[static_cast<std::size_t>(segment)];
    require(
        decision.combine != Combine::none, ErrorCode::unsupported,
        "decision '{}' cannot be taken for {} samples at once: its condition does not make one score of theirs by a "
        "maximum, minimum or mean or by the first one. Decide for each sample (--decision-scope sample)",
        decision.name, batch);
  }
}

Session::Session(const Plan& plan, const SessionOptions& options) {
  require(options.max_batch >= 1, ErrorCode::argument, "max_batch is {}; at least 1 is needed", options.max_batch);
  require(plan.data()->runs_here, ErrorCode::unsupported, "the plan was built for {}, which this machine does not have",
          plan.isa());
  state_ = std::make_unique<State>(plan, options);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const Plan& Session::plan() const noexcept { return state_->plan; }
std::int64_t Session::max_batch() const noexcept { return state_->max_batch; }

const Results& Session::State::run(std::span<const TensorView> inputs, std::span<const DecisionSetting> by) {
  Results::Data& answers = *results.data_;
  const std::uint64_t start = ticks();
  answers.size = 0;
  answers.cut_short = false;
  const std::int64_t batch = feed.bind(inputs);
  if (batch == 1) {
    feed.open(0, true, samples);
    const Segment& exit = executor.run(samples, by, answers.scores_of(0));
    answers.store(0, exit, executor);
    recorder.left(exit, answers.scores_of(0), by);
    recorder.ran(exit.exit, ticks() - start);
  } else {
    check_batch(batch);
    BatchRun run(feed, answers, recorder, by);
    batches->run(batch, by, scope == DecisionScope::batch, run);
  }
  answers.size = batch;
  return results;
}

const Results& Session::run(std::span<const TensorView> inputs) { return state_->run(inputs, state_->settings); }

const Results& Session::run(std::span<const TensorView> inputs, std::span<const ExitSettings> settings) {
  State& s = *state_;
  resolve_settings(*s.plan.data(), settings, s.of_call);
  for (std::size_t d = 0; d < s.settings.size(); ++d) s.of_call[d].mode = s.settings[d].mode;
  return s.run(inputs, s.of_call);
}

const Results& Session::run(std::span<const TensorView> inputs, std::chrono::steady_clock::time_point deadline) {
  constexpr int kRunsToMeasure = 20;
  State& s = *state_;
  const std::uint64_t start = ticks();
  Results::Data& answers = *s.results.data_;
  answers.size = 0;
  const std::int64_t batch = s.feed.bind(inputs);
  require(batch == 1, ErrorCode::argument, "{} samples were given; a run with a deadline takes one", batch);
  const auto forced = [](const DecisionSetting& setting) { return setting.mode != DecisionSetting::Mode::by_score; };
  require(std::ranges::none_of(s.settings, forced), ErrorCode::argument,
          "an exit is forced; a run with a deadline takes its exit by scores and time (force_exit without an exit)");
  s.feed.open(0, true, s.samples);
  if (!s.deadlines.measured()) s.deadlines.measure(s.samples, kRunsToMeasure);
  KeepInResults keeper(s.executor, answers);
  const DeadlineOutcome outcome =
      s.deadlines.run(s.samples, s.settings, s.chosen, answers.scores_of(0), deadline, keeper);
  answers.cut_short = outcome.cut_short;
  answers.size = 1;
  const int exit = s.results.exit(0);
  s.recorder.left(answers.exit_segment(0), answers.scores_of(0), s.settings);
  s.recorder.ran(exit, ticks() - start);
  DeadlineStatistics& seen = s.recorder.deadlines();
  ++seen.runs;
  seen.cut_short += outcome.cut_short ? 1 : 0;
  seen.missed += outcome.missed ? 1 : 0;
  return s.results;
}

Statistics Session::statistics() const { return state_->recorder.statistics(); }
void Session::reset_statistics() noexcept { state_->recorder.reset(); }

const std::vector<ExitSettings>& Session::exit_settings() const noexcept { return state_->chosen; }

void Session::set_exit_settings(std::span<const ExitSettings> settings) {
  resolve_settings(*state_->plan.data(), settings, state_->settings);
  std::ranges::copy(settings, state_->chosen.begin());
  state_->recorder.follow(settings);
}

namespace {

void check_tunable(const std::vector<DecisionInfo>& decisions, int decision) {
  require(decision >= 0 && static_cast<std::size_t>(decision) < decisions.size(), ErrorCode::argument,
          "there is no decision {}; the model has {}", decision, decisions.size());
  const DecisionInfo& info = decisions[static_cast<std::size_t>(decision)];
  require(info.tunable, ErrorCode::argument,
          "decision {} ('{}') is a predicate of the model; it has no threshold to set", decision, info.name);
}

}  // namespace

void Session::set_threshold(int decision, float threshold) {
  check_tunable(state_->plan.decisions(), decision);
  State& s = *state_;
  ExitSettings& chosen = s.chosen[static_cast<std::size_t>(decision)];
  const float before = std::exchange(chosen.threshold, threshold);
  try {
    s.resolve();
  } catch (const Error&) {
    chosen.threshold = before;
    throw;
  }
}

void Session::set_thresholds(std::span<const float> thresholds) {
  const auto& decisions = state_->plan.decisions();
  const int count = static_cast<int>(decisions.size());
  const auto tunable = static_cast<std::size_t>(std::ranges::count_if(decisions, &DecisionInfo::tunable));
  require(tunable > 0, ErrorCode::argument, "the model has no decision with a threshold");
  require(thresholds.size() == 1 || thresholds.size() == tunable, ErrorCode::argument,
          "{} thresholds were given; the model has {} decision{} with a threshold", thresholds.size(), tunable,
          tunable == 1 ? "" : "s");
  std::size_t next = 0;
  for (int d = 0; d < count; ++d) {
    if (decisions[static_cast<std::size_t>(d)].tunable)
      set_threshold(d, thresholds[thresholds.size() == 1 ? 0 : next++]);
  }
}

float Session::threshold(int decision) const {
  require(decision >= 0 && static_cast<std::size_t>(decision) < state_->chosen.size(), ErrorCode::argument,
          "there is no decision {}; the model has {}", decision, state_->chosen.size());
  return state_->chosen[static_cast<std::size_t>(decision)].threshold;
}

void Session::force_exit(std::optional<int> exit) {
  const PlanData& plan = *state_->plan.data();
  require(!exit || (*exit >= 0 && static_cast<std::size_t>(*exit) < plan.exit_segments.size()), ErrorCode::argument,
          "there is no exit {}; the model has {}", exit.value_or(0), plan.exit_segments.size());
  if (exit) return lead_to_exit(plan, *exit, state_->settings);
  for (DecisionSetting& setting : state_->settings) setting.mode = DecisionSetting::Mode::by_score;
}

}  // namespace exeunt
