#include "exec/deadline_executor.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace exeunt {

namespace {

constexpr double kLeastUs = 0.01;

double microseconds(DeadlineExecutor::Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

/// By step, and false behind the last one: what does not run where its decision is disabled.
std::vector<bool> find_heads(std::span<const SegmentSteps> segments, std::size_t steps) {
  std::vector<bool> is_head(steps + 1);
  for (const SegmentSteps& segment : segments) {
    if (!segment.is_decision) continue;
    for (std::size_t i = segment.all.first; i < segment.all.end; ++i) is_head[i] = true;
    for (const StepRange& range : segment.without_head) {
      for (std::size_t i = range.first; i < range.end; ++i) is_head[i] = false;
    }
  }
  return is_head;
}

double nine_in_ten(std::vector<double>& us) {
  std::ranges::sort(us);
  return us[us.size() * 9 / 10];
}

}  // namespace

/// The surest answer so far.
struct DeadlineExecutor::Best {
  bool kept = false;
  CriterionKind criterion{};
  float score = 0;

  /// Later exits are surer than earlier ones unless one scale says otherwise.
  bool beaten_by(CriterionKind by, float by_score) const noexcept {
    return !kept || by != criterion || by == CriterionKind::patience || !(by_score <= score);
  }
};

DeadlineExecutor::DeadlineExecutor(Executor& executor)
    : executor_(executor), plan_(*executor.plan_), costs_(plan_.segments.size()), way_us_(costs_.size()) {}

void DeadlineExecutor::measure(std::span<const std::byte* const> inputs, int runs) {
  // The first runs find cold caches.
  constexpr int kWarmUp = 3;
  const std::vector<bool> is_head = find_heads(executor_.segment_steps_, plan_.steps.size());
  std::vector<std::vector<double>> all(costs_.size());
  std::vector<std::vector<double>> without_head(costs_.size());
  for (int run = -kWarmUp; run < runs; ++run) {
    Clock::time_point start = Clock::now();
    Clock::time_point last = start;
    double head_us = 0;
    executor_.trace(
        inputs,
        [&](std::size_t step, const std::byte*) {
          // The clock is read where it has to be only: it would add to what it measures.
          if (!is_head[step] && !is_head[step + 1]) return;
          const Clock::time_point before = std::exchange(last, Clock::now());
          if (is_head[step]) head_us += microseconds(last - before);
        },
        [&](const Segment& segment, float) {
          last = Clock::now();
          const double us = microseconds(last - std::exchange(start, last));
          if (run >= 0) {
            all[executor_.number_of(segment)].push_back(us);
            without_head[executor_.number_of(segment)].push_back(us - head_us);
          }
          head_us = 0;
        });
  }
  for (std::size_t s = 0; s < costs_.size(); ++s) costs_[s] = {nine_in_ten(all[s]), nine_in_ten(without_head[s])};
  measured_ = true;
}

void DeadlineExecutor::expect(std::size_t segment, double us) noexcept {
  costs_[segment] = {us, us};
  measured_ = true;
}

bool DeadlineExecutor::skips_head(const Segment& segment, std::span<const DecisionSetting> settings) const noexcept {
  return !segment.is_exit && settings[static_cast<std::size_t>(segment.decision)].skips_head();
}

void DeadlineExecutor::run_segment(const Segment& segment, std::span<const DecisionSetting> settings,
                                   Clock::time_point& now) noexcept {
  // Up in steps nine times those down, it settles where one run in ten is longer. An outlier is one step.
  constexpr double kStep = 0.01;
  for (const StepRange& range : executor_.steps_of(segment, settings)) {
    for (std::size_t i = range.first; i < range.end; ++i) run_step(executor_.calls_[i], executor_.pool_.get());
  }
  const Clock::time_point start = std::exchange(now, Clock::now());
  double& known = costs_[executor_.number_of(segment)].of(skips_head(segment, settings));
  known = std::max(kLeastUs, known * (microseconds(now - start) > known ? 1 + 9 * kStep : 1 - kStep));
}

/// What is thought to take too long would never be run again, and never be found to be faster by now: with each refusal
/// it is thought to take a little less.
/// @param refused  the segment that was not started; those behind it have larger numbers
void DeadlineExecutor::forget(int refused) noexcept {
  // 450 of these steps make up for one step up: one refusal in 450 is a try in vain.
  constexpr double kStep = 0.0002;
  for (std::size_t s = static_cast<std::size_t>(refused); s < costs_.size(); ++s) {
    for (const bool skips : {false, true}) {
      double& known = costs_[s].of(skips);
      known = std::max(kLeastUs, known * (1 - kStep));
    }
  }
}

/// The exit that a sample which leaves at this decision gets its answer from; -1 if there are more decisions before it.
int DeadlineExecutor::answer_here(const Segment& decision, std::span<const ExitSettings> chosen) const noexcept {
  const ExitSettings& settings = chosen[static_cast<std::size_t>(decision.decision)];
  const Segment& next = plan_.segments[static_cast<std::size_t>(decision.leave)];
  return next.is_exit && settings.enabled && settings.criterion != CriterionKind::predicate ? decision.leave : -1;
}

void DeadlineExecutor::plan_ways(std::span<const DecisionSetting> settings,
                                 std::span<const ExitSettings> chosen) noexcept {
  for (std::size_t s = plan_.segments.size(); s-- > 0;) {
    const Segment& segment = plan_.segments[s];
    way_us_[s] = costs_[s].of(skips_head(segment, settings));
    if (segment.is_exit) continue;
    const double leave = way_us_[static_cast<std::size_t>(segment.leave)];
    const double stay = way_us_[static_cast<std::size_t>(segment.stay)];
    const DecisionSetting& setting = settings[static_cast<std::size_t>(segment.decision)];
    const bool may_answer = setting.mode == DecisionSetting::Mode::by_score && answer_here(segment, chosen) >= 0;
    // Which arm of a router is taken shows only then: both must be in time.
    way_us_[s] += may_answer ? std::min(leave, stay) : std::max(leave, stay);
  }
}

DeadlineOutcome DeadlineExecutor::run(std::span<const std::byte* const> inputs,
                                      std::span<const DecisionSetting> settings, std::span<const ExitSettings> chosen,
                                      std::span<float> scores, Clock::time_point deadline,
                                      AnswerKeeper& keeper) noexcept {
  Clock::time_point now = Clock::now();
  executor_.bind(inputs);
  plan_ways(settings, chosen);
  std::ranges::fill(scores, std::numeric_limits<float>::quiet_NaN());
  const Segment* segment = &plan_.segments.front();
  Streak streak;
  Best best;
  for (;;) {
    run_segment(*segment, settings, now);
    if (segment->is_exit) {
      keeper.keep(*segment);
      return {false, Clock::now() > deadline};
    }
    const auto number = static_cast<std::size_t>(segment->decision);
    const DecisionSetting& setting = settings[number];
    if (!setting.skips_head()) scores[number] = setting.scorer(executor_.looked_at(*segment), streak);
    const int answer = setting.mode == DecisionSetting::Mode::by_score ? answer_here(*segment, chosen) : -1;
    if (setting.leaves(scores[number]) || (answer < 0 && !best.kept)) {
      segment =
          &plan_.segments[static_cast<std::size_t>(setting.leaves(scores[number]) ? segment->leave : segment->stay)];
      continue;
    }
    if (answer >= 0 && best.beaten_by(chosen[number].criterion, scores[number])) {
      const Segment& exit = plan_.segments[static_cast<std::size_t>(answer)];
      run_segment(exit, settings, now);
      keeper.keep(exit);
      best = {true, chosen[number].criterion, scores[number]};
    }
    const double left_us = microseconds(deadline - now);
    if (way_us_[static_cast<std::size_t>(segment->stay)] > left_us) {
      forget(segment->stay);
      return {true, Clock::now() > deadline};
    }
    segment = &plan_.segments[static_cast<std::size_t>(segment->stay)];
  }
}

}  // namespace exeunt
