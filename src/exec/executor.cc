#include "exec/executor.h"

#include <algorithm>
#include <limits>

namespace exeunt {

Executor::Executor(std::shared_ptr<const PlanData> plan)
    : plan_(std::move(plan)), arena_(plan_->arena_bytes), inputs_(plan_->info.inputs.size()) {
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
    calls_.push_back({step.run, step.args.get(), states_.back().get(), addresses_.data() + first[i]});
  }
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
  std::ranges::copy(inputs, inputs_.begin());
  for (const InputSlot& slot : input_slots_) addresses_[slot.address] = const_cast<std::byte*>(inputs[slot.input]);
}

const Segment& Executor::run(std::span<const std::byte* const> inputs, std::span<const DecisionSetting> settings,
                             std::span<float> scores) noexcept {
  bind(inputs);
  std::ranges::fill(scores, std::numeric_limits<float>::quiet_NaN());
  const Segment* segment = &plan_->segments.front();
  for (;;) {
    const auto first = calls_.begin() + segment->first_step;
    std::for_each(first, first + segment->step_count,
                  [](const Call& call) { call.run(*call.args, call.state, call.operands); });
    if (segment->is_exit) return *segment;
    const auto number = static_cast<std::size_t>(segment->decision);
    const float score = segment->score({resolve(segment->looked_at), segment->looked_at_type});
    scores[number] = score;
    const bool leaves = settings[number].leaves(score);
    segment = &plan_->segments[static_cast<std::size_t>(leaves ? segment->leave : segment->stay)];
  }
}

void Executor::trace(std::span<const std::byte* const> inputs,
                     const std::function<void(std::size_t step, const std::byte* result)>& after_step,
                     const std::function<void(const Segment& segment)>& after_segment) {
  bind(inputs);
  // The order for which the arena was laid out: `leave` before `stay`.
  std::vector<int> stack = {0};
  while (!stack.empty()) {
    const Segment& segment = plan_->segments[static_cast<std::size_t>(stack.back())];
    stack.pop_back();
    if (!segment.is_exit) stack.insert(stack.end(), {segment.stay, segment.leave});
    for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
      const auto number = static_cast<std::size_t>(i);
      const Call& call = calls_[number];
      call.run(*call.args, call.state, call.operands);
      after_step(number, call.operands[plan_->steps[number].result_at]);
    }
    after_segment(segment);
  }
}

TensorView Executor::exit_output(const Segment& exit, std::size_t output) const noexcept {
  const ExitOutput& value = exit.outputs[output];
  return {const_cast<Executor*>(this)->resolve(value.operand), value.type};
}

}  // namespace exeunt
