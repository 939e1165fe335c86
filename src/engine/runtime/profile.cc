#include <exeunt/tools/profile.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/error.h"
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

}  // namespace

struct StepProfiler::State {
  explicit State(const Plan& p)
      : plan(p),
        executor(p.data()),
        stamps(*p.data()),
        settings(settings_of(*p.data())),
        scores(p.decisions().size()),
        steps_us(p.data()->steps.size()),
        clock_us(clock_cost_us()) {
    for (std::size_t e = 0; e < p.exits().size(); ++e) {
      const std::vector<int> segments = path_to_exit(*p.data(), static_cast<int>(e));
      paths.push_back({segments, find_heads(*p.data(), segments)});
    }
  }

  void bind(std::span<const TensorView> inputs) {
    const auto& wanted = plan.inputs();
    require(inputs.size() == wanted.size(), ErrorCode::argument, "{} inputs were given; the model has {}",
            inputs.size(), wanted.size());
    addresses.clear();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      require(inputs[i].dtype() == wanted[i].type.dtype, ErrorCode::dtype, "input '{}' is {}; {} is needed",
              wanted[i].name, dtype_name(inputs[i].dtype()), dtype_name(wanted[i].type.dtype));
      require(inputs[i].shape() == wanted[i].type.shape, ErrorCode::shape, "input '{}' is {}; {} is needed",
              wanted[i].name, inputs[i].shape().str(), wanted[i].type.shape.str());
      addresses.push_back(inputs[i].data);
    }
  }

  PathTimes sum_up(const Path& path) {
    const PlanData& data = *plan.data();
    std::ranges::fill(steps_us, std::numeric_limits<double>::quiet_NaN());
    PathTimes times;
    Clock::time_point last = stamps.start;
    const auto took = [&](Clock::time_point end) {
      return std::max(0.0, microseconds(end - std::exchange(last, end)) - clock_us);
    };
    for (const int s : path.segments) {
      const Segment& segment = data.segments[static_cast<std::size_t>(s)];
      for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
        const auto number = static_cast<std::size_t>(i);
        steps_us[number] = took(stamps.steps[number]);
        times.steps += steps_us[number];
        if (path.is_head[number]) times.heads += steps_us[number];
      }
      if (!segment.is_exit) times.scores += took(stamps.decisions[static_cast<std::size_t>(segment.decision)]);
    }
    return times;
  }

  Plan plan;
  Executor executor;
  Stamps stamps;
  std::vector<Path> paths;  // by exit
  std::vector<DecisionSetting> settings;
  std::vector<float> scores;
  std::vector<double> steps_us;
  std::vector<const std::byte*> addresses;
  double clock_us;
};

StepProfiler::StepProfiler(const Plan& plan) : state_(std::make_unique<State>(plan)) {}
StepProfiler::~StepProfiler() = default;
StepProfiler::StepProfiler(StepProfiler&&) noexcept = default;
StepProfiler& StepProfiler::operator=(StepProfiler&&) noexcept = default;

PathTimes StepProfiler::run(std::span<const TensorView> inputs, int exit) {
  State& s = *state_;
  require(exit >= 0 && static_cast<std::size_t>(exit) < s.paths.size(), ErrorCode::argument,
          "there is no exit {}; the model has {}", exit, s.paths.size());
  s.bind(inputs);
  lead_to_exit(*s.plan.data(), exit, s.settings);
  s.executor.run_stamped(s.addresses, s.settings, s.scores, s.stamps);
  return s.sum_up(s.paths[static_cast<std::size_t>(exit)]);
}

std::span<const double> StepProfiler::steps_us() const noexcept { return state_->steps_us; }

}  // namespace exeunt
