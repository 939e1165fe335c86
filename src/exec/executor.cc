#include "exec/executor.h"

#include <algorithm>
#include <limits>

namespace exeunt {

Executor::Executor(std::shared_ptr<const PlanData> plan)
    : plan_(std::move(plan)),
      segment_steps_(find_segment_steps(*plan_)),
      arena_(plan_->arena_bytes),
      inputs_(plan_->info.inputs.size()) {
  std::vector<std::size_t> first;
  for (const Step& step : plan_->steps) {
    first.push_back(addresses_.size());
    for (const Operand& operand : step.operands) {
      if (operand.kind == Operand::Kind::input) input_slots_.push_back({addresses_.size(), operand.offset});
      addresses_.push_back(resolve(operand));
    }
  }
  for (std::size_t i = 0; i < plan_->steps.size(); ++i) {
    const Step& step = plan_->steps[i];
    states_.push_back(step.args->make_state());
    calls_.push_back(
        {step.run, step.run_part, step.args.get(), states_.back().get(), addresses_.data() + first[i], step.parts});
  }
  int threads = 1;
  for (const Step& step : plan_->steps) threads = std::max(threads, step.parts);
  if (threads > 1) pool_ = std::make_unique<WorkerPool>(threads);
}

std::byte* Executor::resolve(const Operand& operand) noexcept {
  switch (operand.kind) {
    case Operand::Kind::arena:
      return arena_.data() + operand.offset;
    // Steps write to their result only, which never is a constant or an input.
    case Operand::Kind::constant:
      return const_cast<std::byte*>(operand.data);
    case Operand::Kind::input:
      return const_cast<std::byte*>(inputs_[operand.offset]);
  }
  return nullptr;
}

void Executor::bind(std::span<const std::byte* const> inputs) noexcept {
  // Parked workers take a while to come: time that passes until the first split step.
  if (pool_) pool_->wake();
  std::ranges::copy(inputs, inputs_.begin());
  for (const InputSlot& slot : input_slots_) addresses_[slot.address] = const_cast<std::byte*>(inputs[slot.input]);
}

/// Runs from the root to an exit.
/// @param after_step, after_score  called with the number of the step or decision that is done
template <class AfterStep, class AfterScore>
const Segment& Executor::walk(std::span<const DecisionSetting> settings, std::span<float> scores,
                              const AfterStep& after_step, const AfterScore& after_score) noexcept {
  std::ranges::fill(scores, std::numeric_limits<float>::quiet_NaN());
  const Segment* segment = &plan_->segments.front();
  Streak streak;
  for (;;) {
    for (const StepRange& range : steps_of(*segment, settings)) {
      for (std::size_t i = range.first; i < range.end; ++i) {
        run_step(calls_[i], pool_.get());
        after_step(i);
      }
    }
    if (segment->is_exit) return *segment;
    const auto number = static_cast<std::size_t>(segment->decision);
    if (settings[number].skips_head()) {
      segment = &plan_->segments[static_cast<std::size_t>(segment->stay)];
      continue;
    }
    scores[number] = settings[number].scorer(looked_at(*segment), streak);
    after_score(number);
    const bool leaves = settings[number].leaves(scores[number]);
    segment = &plan_->segments[static_cast<std::size_t>(leaves ? segment->leave : segment->stay)];
  }
}

const Segment& Executor::run(std::span<const std::byte* const> inputs, std::span<const DecisionSetting> settings,
                             std::span<float> scores) noexcept {
  bind(inputs);
  return walk(
      settings, scores, [](std::size_t) {}, [](std::size_t) {});
}

const Segment& Executor::run_stamped(std::span<const std::byte* const> inputs,
                                     std::span<const DecisionSetting> settings, std::span<float> scores,
                                     Stamps& stamps) noexcept {
  bind(inputs);
  stamps.start = Stamps::Clock::now();
  return walk(
      settings, scores, [&](std::size_t step) { stamps.steps[step] = Stamps::Clock::now(); },
      [&](std::size_t decision) { stamps.decisions[decision] = Stamps::Clock::now(); });
}

void Executor::trace(std::span<const std::byte* const> inputs,
                     const std::function<void(std::size_t step, const std::byte* result)>& after_step,
                     const std::function<void(const Segment& segment, float score)>& after_segment) {
  bind(inputs);
  const std::vector<DecisionSetting> settings = settings_of(*plan_);
  // The order for which the arena was laid out: `leave` before `stay`. Each arm goes on with the streak before it.
  std::vector<std::pair<int, Streak>> stack = {{0, {}}};
  while (!stack.empty()) {
    const Segment& segment = plan_->segments[static_cast<std::size_t>(stack.back().first)];
    Streak streak = stack.back().second;
    stack.pop_back();
    for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
      const auto number = static_cast<std::size_t>(i);
      run_step(calls_[number], pool_.get());
      after_step(number, calls_[number].operands[plan_->steps[number].result_at]);
    }
    float score = std::numeric_limits<float>::quiet_NaN();
    if (!segment.is_exit) {
      score = settings[static_cast<std::size_t>(segment.decision)].scorer(looked_at(segment), streak);
      stack.insert(stack.end(), {{segment.stay, streak}, {segment.leave, streak}});
    }
    after_segment(segment, score);
  }
}

TensorView Executor::exit_output(const Segment& exit, std::size_t output) const noexcept {
  const ExitOutput& value = exit.outputs[output];
  return {const_cast<Executor*>(this)->resolve(value.operand), value.type};
}

}  // namespace exeunt
