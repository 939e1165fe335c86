#include "exec/deadline_executor.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace exeunt {

namespace {

double microseconds(DeadlineExecutor::Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
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
    : executor_(executor), plan_(*executor.plan_), segment_us_(plan_.segments.size()), way_us_(segment_us_.size()) {}

void DeadlineExecutor::learn(std::size_t segment, double us) noexcept {
  // Up in steps nine times those down, it settles where one run in ten is longer. An outlier is one step.
  constexpr double kStep = 0.01;
  constexpr double kLeast = 0.01;
  double& known = segment_us_[segment];
  known = std::max(kLeast, known * (us > known ? 1 + 9 * kStep : 1 - kStep));
}

void DeadlineExecutor::measure(std::span<const std::byte* const> inputs, int runs) {
  std::vector<std::vector<double>> us(plan_.segments.size());
  for (int run = 0; run < runs; ++run) {
    Clock::time_point last = Clock::now();
    executor_.trace(
        inputs, [](std::size_t, const std::byte*) {},
        [&](const Segment& segment, float) {
          const Clock::time_point now = Clock::now();
          us[static_cast<std::size_t>(&segment - plan_.segments.data())].push_back(microseconds(now - last));
          last = now;
        });
  }
  for (std::size_t s = 0; s < us.size(); ++s) {
    std::ranges::sort(us[s]);
    expect(s, us[s][us[s].size() * 9 / 10]);
  }
}

void DeadlineExecutor::expect(std::size_t segment, double us) noexcept {
  segment_us_[segment] = us;
  measured_ = true;
}

void DeadlineExecutor::run_segment(const Segment& segment, Clock::time_point& now) noexcept {
  const auto first = static_cast<std::size_t>(segment.first_step);
  for (std::size_t i = first; i < first + static_cast<std::size_t>(segment.step_count); ++i)
    run_step(executor_.calls_[i], executor_.pool_.get());
  const Clock::time_point start = std::exchange(now, Clock::now());
  learn(static_cast<std::size_t>(&segment - plan_.segments.data()), microseconds(now - start));
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
    way_us_[s] = segment_us_[s];
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
    run_segment(*segment, now);
    if (segment->is_exit) {
      keeper.keep(*segment);
      return {false, Clock::now() > deadline};
    }
    const auto number = static_cast<std::size_t>(segment->decision);
    const DecisionSetting& setting = settings[number];
    scores[number] = setting.scorer(executor_.looked_at(*segment), streak);
    const int answer = setting.mode == DecisionSetting::Mode::by_score ? answer_here(*segment, chosen) : -1;
    if (setting.leaves(scores[number]) || (answer < 0 && !best.kept)) {
      segment =
          &plan_.segments[static_cast<std::size_t>(setting.leaves(scores[number]) ? segment->leave : segment->stay)];
      continue;
    }
    if (answer >= 0 && best.beaten_by(chosen[number].criterion, scores[number])) {
      const Segment& exit = plan_.segments[static_cast<std::size_t>(answer)];
      run_segment(exit, now);
      keeper.keep(exit);
      best = {true, chosen[number].criterion, scores[number]};
    }
    const double left_us = microseconds(deadline - now);
    if (way_us_[static_cast<std::size_t>(segment->stay)] > left_us) return {true, Clock::now() > deadline};
    segment = &plan_.segments[static_cast<std::size_t>(segment->stay)];
  }
}

}  // namespace exeunt
