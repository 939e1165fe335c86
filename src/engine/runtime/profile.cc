#include <exeunt/tools/profile.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "engine/runtime/input_feed.h"
#include "engine/runtime/results.h"
#include "exec/executor.h"

namespace exeunt {

namespace {

using Clock = Stamps::Clock;

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

/// What one reading of the clock adds to the time between two of them: the median of many.
double clock_cost_us() {
  constexpr std::size_t kReadings = 1001;
  std::vector<double> us(kReadings);
  Clock::time_point last = Clock::now();
  for (double& entry : us) {
    const Clock::time_point now = Clock::now();
    entry = microseconds(now - last);
    last = now;
  }
  std::ranges::nth_element(us, us.begin() + kReadings / 2);
  return us[kReadings / 2];
}

/// The way to one exit.
struct Path {
  std::vector<int> segments;
  std::vector<bool> is_head;  ///< by step: on the path, but the exit's outputs do not need it
  double clock_us = 0;        ///< a reading of the clock
};

std::vector<bool> find_heads(const PlanData& plan, const std::vector<int>& segments) {
  std::vector<bool> is_head(plan.steps.size());
  // Walking back: an arena buffer that is needed ends to be so at the step that fills it, for what lay at its place
  // before is another value.
  std::set<std::size_t> needed;
  const auto add = [&](const Operand& operand) {
    if (operand.kind == Operand::Kind::arena) needed.insert(operand.offset);
  };
  for (const ExitOutput& output : plan.segments[static_cast<std::size_t>(segments.back())].outputs) add(output.operand);
  for (auto s = segments.rbegin(); s != segments.rend(); ++s) {
    const Segment& segment = plan.segments[static_cast<std::size_t>(*s)];
    for (int i = segment.first_step + segment.step_count - 1; i >= segment.first_step; --i) {
      const Step& step = plan.steps[static_cast<std::size_t>(i)];
      is_head[static_cast<std::size_t>(i)] = needed.erase(step.operands[step.result_at].offset) == 0;
      if (is_head[static_cast<std::size_t>(i)]) continue;
      for (std::size_t o = 0; o < step.result_at; ++o) add(step.operands[o]);
    }
  }
  return is_head;
}

/// @throws Error unless the plan runs here
const PlanData& checked(const Plan& plan) {
  require(plan.data()->runs_here, ErrorCode::unsupported, "the plan was built for {}, which this machine does not have",
          plan.isa());
  return *plan.data();
}

}  // namespace

struct StepProfiler::State {
  State(const Plan& p, const SessionOptions& options)
      : plan(p),
        feed(checked(p), options.inputs, 1),
        executor(p.data()),
        results(p.data(), 1),
        stamps(*p.data()),
        settings(settings_of(*p.data())),
        addresses(p.inputs().size()),
        steps_us(p.data()->steps.size()),
        scores_us(p.decisions().size()),
        lone_clock_us(clock_cost_us()) {
    for (std::size_t e = 0; e < p.exits().size(); ++e) {
      const std::vector<int> segments = path_to_exit(*p.data(), static_cast<int>(e));
      paths.push_back({segments, find_heads(*p.data(), segments), lone_clock_us});
    }
  }

  /// What Session::run does, and the times at which its parts ended. @return the exit taken
  int run(std::span<const TensorView> inputs) {
    called = Clock::now();
    feed.bind(inputs);
    feed.open(0, true, addresses);
    const Segment& exit = executor.run_stamped(addresses, settings, results.scores_of(0), stamps);
    results.store(0, exit, executor);
    returned = Clock::now();
    return exit.exit;
  }

  /// The same without looking at the clock. @return microseconds
  double run_unwatched(std::span<const TensorView> inputs) {
    const Clock::time_point start = Clock::now();
    feed.bind(inputs);
    feed.open(0, true, addresses);
    results.store(0, executor.run(addresses, settings, results.scores_of(0)), executor);
    return microseconds(Clock::now() - start);
  }

  /// The exit there is. @throws Error argument
  Path& path_to(int exit) {
    require(exit >= 0 && static_cast<std::size_t>(exit) < paths.size(), ErrorCode::argument,
            "there is no exit {}; the model has {}", exit, paths.size());
    return paths[static_cast<std::size_t>(exit)];
  }

  PathTimes sum_up(const Path& path) {
    const PlanData& data = *plan.data();
    std::ranges::fill(steps_us, std::numeric_limits<double>::quiet_NaN());
    std::ranges::fill(scores_us, std::numeric_limits<double>::quiet_NaN());
    PathTimes times;
    Clock::time_point last = called;
    const auto took = [&](Clock::time_point end) {
      return std::max(0.0, microseconds(end - std::exchange(last, end)) - path.clock_us);
    };
    times.input = took(stamps.start);
    for (const int s : path.segments) {
      const Segment& segment = data.segments[static_cast<std::size_t>(s)];
      for (const StepRange& range : executor.steps_of(segment, settings)) {
        for (std::size_t number = range.first; number < range.end; ++number) {
          steps_us[number] = took(stamps.steps[number]);
          times.steps += steps_us[number];
          if (path.is_head[number]) times.heads += steps_us[number];
        }
      }
      if (segment.is_exit) continue;
      const auto number = static_cast<std::size_t>(segment.decision);
      if (settings[number].skips_head()) continue;
      scores_us[number] = took(stamps.decisions[number]);
      times.scores += scores_us[number];
    }
    times.output = took(returned);
    return times;
  }

  Plan plan;
  InputFeed feed;
  Executor executor;
  Results::Data results;
  Stamps stamps;
  Clock::time_point called;
  Clock::time_point returned;
  std::vector<Path> paths;  // by exit
  std::vector<DecisionSetting> settings;
  std::vector<const std::byte*> addresses;
  std::vector<double> steps_us;
  std::vector<double> scores_us;
  int exit_taken = -1;
  double lone_clock_us;
};

StepProfiler::StepProfiler(const Plan& plan, const SessionOptions& options)
    : state_(std::make_unique<State>(plan, options)) {}
StepProfiler::~StepProfiler() = default;
StepProfiler::StepProfiler(StepProfiler&&) noexcept = default;
StepProfiler& StepProfiler::operator=(StepProfiler&&) noexcept = default;

PathTimes StepProfiler::run(std::span<const TensorView> inputs, std::optional<int> exit) {
  State& s = *state_;
  if (exit) s.path_to(*exit);
  for (DecisionSetting& setting : s.settings) setting.mode = DecisionSetting::Mode::by_score;
  if (exit) lead_to_exit(*s.plan.data(), *exit, s.settings);
  s.exit_taken = s.run(inputs);
  return s.sum_up(s.paths[static_cast<std::size_t>(s.exit_taken)]);
}

void StepProfiler::measure_clock(std::span<const TensorView> inputs, int exit) {
  constexpr std::size_t kLeast = 5;
  constexpr std::size_t kMost = 201;
  constexpr double kEnoughUs = 5000;
  State& s = *state_;
  Path& path = s.path_to(exit);
  lead_to_exit(*s.plan.data(), exit, s.settings);
  // After the input, each step and each score; the ends of the call are read in both.
  std::size_t readings = path.segments.size();
  for (const int segment : path.segments) {
    for (const StepRange& range :
         s.executor.steps_of(s.plan.data()->segments[static_cast<std::size_t>(segment)], s.settings))
      readings += range.end - range.first;
  }
  std::vector<double> more;
  const Clock::time_point start = Clock::now();
  while (more.size() < kLeast || (more.size() < kMost && microseconds(Clock::now() - start) < kEnoughUs)) {
    s.run(inputs);
    const double watched = microseconds(s.returned - s.called);
    more.push_back(watched - s.run_unwatched(inputs));
  }
  const auto middle = more.begin() + static_cast<std::ptrdiff_t>(more.size() / 2);
  std::ranges::nth_element(more, middle);
  path.clock_us = std::clamp(*middle / static_cast<double>(readings), 0.0, s.lone_clock_us);
}

void StepProfiler::set_exit_settings(std::span<const ExitSettings> settings) {
  resolve_settings(*state_->plan.data(), settings, state_->settings);
}

void StepProfiler::set_threshold(int decision, float threshold) {
  auto& settings = state_->settings;
  require(decision >= 0 && static_cast<std::size_t>(decision) < settings.size(), ErrorCode::argument,
          "there is no decision {}; the model has {}", decision, settings.size());
  settings[static_cast<std::size_t>(decision)].threshold = threshold;
}

std::span<const double> StepProfiler::steps_us() const noexcept { return state_->steps_us; }
std::span<const double> StepProfiler::scores_us() const noexcept { return state_->scores_us; }
int StepProfiler::exit() const noexcept { return state_->exit_taken; }
double StepProfiler::clock_us(int exit) const { return state_->path_to(exit).clock_us; }

}  // namespace exeunt
