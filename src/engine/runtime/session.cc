#include <exeunt/session.h>

#include <algorithm>

#include "base/error.h"
#include "engine/runtime/results.h"
#include "exec/executor.h"

namespace exeunt {

struct Session::State {
  State(const Plan& p, const SessionOptions& options)
      : plan(p),
        max_batch(options.max_batch),
        executor(p.data()),
        results(std::make_unique<Results::Data>(p.data(), options.max_batch)),
        samples(p.inputs().size()) {
    for (const DecisionInfo& decision : p.decisions()) settings.push_back({decision.threshold, {}});
    batched = std::ranges::all_of(
        p.inputs(), [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
  }

  Plan plan;
  std::int64_t max_batch;
  bool batched = true;
  Executor executor;
  Results results;
  std::vector<DecisionSetting> settings;
  std::vector<const std::byte*> samples;
};

namespace {

/// The batch size of the inputs. @throws Error if they do not fit the plan
std::int64_t check_inputs(const Plan& plan, std::span<const TensorView> inputs, bool batched, std::int64_t max_batch) {
  require(inputs.size() == plan.inputs().size(), ErrorCode::argument, "{} inputs were given; the model has {}",
          inputs.size(), plan.inputs().size());
  std::int64_t batch = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const InputInfo& wanted = plan.inputs()[i];
    const TensorView& given = inputs[i];
    require(given.dtype() == wanted.type.dtype, ErrorCode::dtype, "input '{}' is {}; {} is needed", wanted.name,
            dtype_name(given.dtype()), dtype_name(wanted.type.dtype));
    const Shape& shape = wanted.type.shape;
    Shape expected = shape;
    if (batched && given.shape().rank() > 0) expected[0] = given.shape()[0];
    require(given.shape() == expected, ErrorCode::shape, "input '{}' is {}; {} is needed{}", wanted.name,
            given.shape().str(), shape.str(), batched ? " (any number of samples for the first axis)" : "");
    if (i == 0 && batched) batch = given.shape()[0];
    require(!batched || given.shape()[0] == batch, ErrorCode::shape, "input '{}' has {} samples, the first input {}",
            wanted.name, given.shape()[0], batch);
    require(given.present(), ErrorCode::argument, "input '{}' has no data", wanted.name);
  }
  require(batch >= 1 && batch <= max_batch, ErrorCode::argument, "{} samples in one run; this session takes 1 to {}",
          batch, max_batch);
  return batch;
}

}  // namespace

Session::Session(const Plan& plan, const SessionOptions& options) {
  require(options.max_batch >= 1, ErrorCode::argument, "max_batch is {}; at least 1 is needed", options.max_batch);
  state_ = std::make_unique<State>(plan, options);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const Plan& Session::plan() const noexcept { return state_->plan; }
std::int64_t Session::max_batch() const noexcept { return state_->max_batch; }

const Results& Session::run(std::span<const TensorView> inputs) {
  State& s = *state_;
  Results::Data& results = *s.results.data_;
  results.size = 0;
  const std::int64_t batch = check_inputs(s.plan, inputs, s.batched, s.max_batch);
  for (std::int64_t i = 0; i < batch; ++i) {
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      s.samples[k] = inputs[k].data + static_cast<std::size_t>(i) * s.plan.inputs()[k].type.bytes();
    }
    const Segment& exit = s.executor.run(s.samples, s.settings, results.scores_of(i));
    results.store(i, exit, s.executor);
  }
  results.size = batch;
  return s.results;
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
  state_->settings[static_cast<std::size_t>(decision)].threshold = threshold;
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
  require(decision >= 0 && static_cast<std::size_t>(decision) < state_->settings.size(), ErrorCode::argument,
          "there is no decision {}; the model has {}", decision, state_->settings.size());
  return state_->settings[static_cast<std::size_t>(decision)].threshold;
}

void Session::force_exit(std::optional<int> exit) {
  const PlanData& plan = *state_->plan.data();
  require(!exit || (*exit >= 0 && static_cast<std::size_t>(*exit) < plan.exit_segments.size()), ErrorCode::argument,
          "there is no exit {}; the model has {}", exit.value_or(0), plan.exit_segments.size());
  for (DecisionSetting& setting : state_->settings) setting.mode = DecisionSetting::Mode::by_score;
  if (!exit) return;
  int target = plan.exit_segments[static_cast<std::size_t>(*exit)];
  // Children come after their parents: walking back finds the way from the root.
  for (int at = target - 1; at >= 0; --at) {
    const Segment& segment = plan.segments[static_cast<std::size_t>(at)];
    if (segment.is_exit || (segment.leave != target && segment.stay != target)) continue;
    state_->settings[static_cast<std::size_t>(segment.decision)].mode =
        segment.leave == target ? DecisionSetting::Mode::leave : DecisionSetting::Mode::stay;
    target = at;
  }
}

}  // namespace exeunt
