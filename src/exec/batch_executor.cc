#include "exec/batch_executor.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace exeunt {

BatchExecutor::BatchExecutor(Executor& executor, std::int64_t max_batch)
    : executor_(executor),
      plan_(*executor.plan_),
      arena_(executor.arena_.data()),
      rows_(plan_.carried_bytes * static_cast<std::size_t>(max_batch)),
      addresses_(executor.addresses_),
      calls_(executor.calls_),
      pool_(executor.pool_.get()),
      work_(plan_.segments.size()),
      ranges_(plan_.segments.size()),
      samples_(static_cast<std::size_t>(max_batch)),
      staying_(samples_.size()),
      scores_(samples_.size()),
      streaks_(samples_.size()),
      inputs_(plan_.info.inputs.size()),
      outputs_(plan_.info.outputs.size()) {
  std::size_t address = 0;
  std::vector<std::size_t> first;
  for (const Step& step : plan_.steps) {
    first.push_back(address);
    address += step.operands.size();
  }
  for (std::size_t i = 0; i < calls_.size(); ++i) calls_[i].operands = addresses_.data() + first[i];
  for (std::size_t s = 0; s < work_.size(); ++s) {
    const StepRange all = executor.segment_steps_[s].all;
    for (std::size_t step = all.first; step < all.end; ++step) {
      for (std::size_t o = 0; o < plan_.steps[step].operands.size(); ++o) {
        const Operand& operand = plan_.steps[step].operands[o];
        if (operand.kind == Operand::Kind::input) work_[s].inputs.push_back({first[step] + o, operand.offset});
        if (operand.carried >= 0)
          work_[s].carried.push_back({first[step] + o, static_cast<std::size_t>(operand.carried)});
      }
    }
  }
}

const std::byte* BatchExecutor::resolve(const Operand& operand, std::int64_t sample) const noexcept {
  if (operand.kind == Operand::Kind::constant) return operand.data;
  if (operand.kind == Operand::Kind::input) return inputs_[operand.offset];
  if (operand.carried < 0) return arena_ + operand.offset;
  return rows_.data() + static_cast<std::size_t>(sample) * plan_.carried_bytes +
         static_cast<std::size_t>(operand.carried);
}

void BatchExecutor::run_sample(std::size_t segment, std::size_t at, std::span<const DecisionSetting> settings,
                               BatchClient& client) noexcept {
  const std::int64_t sample = samples_[at];
  const Work& work = work_[segment];
  client.open(sample, segment == 0, inputs_);
  std::byte* row = rows_.data() + static_cast<std::size_t>(sample) * plan_.carried_bytes;
  for (const Slot& slot : work.carried) addresses_[slot.address] = row + slot.source;
  // Steps write to their result only, which never is an input.
  for (const Slot& slot : work.inputs) addresses_[slot.address] = const_cast<std::byte*>(inputs_[slot.source]);
  const Segment& info = plan_.segments[segment];
  for (const StepRange& range : executor_.steps_of(info, settings)) {
    for (std::size_t i = range.first; i < range.end; ++i) run_step(calls_[i], pool_);
  }
  if (!info.is_exit) {
    const DecisionSetting& setting = settings[static_cast<std::size_t>(info.decision)];
    if (setting.skips_head()) {
      scores_[at] = std::numeric_limits<float>::quiet_NaN();
      return;
    }
    const TensorView seen{resolve(info.looked_at, sample), info.looked_at_type};
    scores_[at] = setting.scorer(seen, streaks_[static_cast<std::size_t>(sample)]);
    return;
  }
  for (std::size_t k = 0; k < outputs_.size(); ++k) outputs_[k] = resolve(info.outputs[k].operand, sample);
  client.done(sample, info, outputs_);
}

void BatchExecutor::decide(const Segment& segment, Range range, const DecisionSetting& setting, bool together,
                           BatchClient& client) noexcept {
  if (together) {
    const auto scores = std::span(scores_).subspan(range.first, range.count);
    std::ranges::fill(scores, combine_scores(segment.combine, scores));
  }
  std::size_t leaving = 0;
  std::size_t staying = 0;
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const std::int64_t sample = samples_[i];
    client.decided(sample, segment.decision, scores_[i]);
    if (setting.leaves(scores_[i])) {
      samples_[range.first + leaving++] = sample;
    } else {
      staying_[staying++] = sample;
    }
  }
  std::copy_n(staying_.begin(), staying, samples_.begin() + static_cast<std::ptrdiff_t>(range.first + leaving));
  ranges_[static_cast<std::size_t>(segment.leave)] = {range.first, leaving};
  ranges_[static_cast<std::size_t>(segment.stay)] = {range.first + leaving, staying};
}

void BatchExecutor::run(std::int64_t count, std::span<const DecisionSetting> settings, bool together,
                        BatchClient& client) noexcept {
  if (pool_ != nullptr) pool_->wake();
  std::iota(samples_.begin(), samples_.begin() + count, 0);
  std::fill_n(streaks_.begin(), count, Streak{});
  ranges_.front() = {0, static_cast<std::size_t>(count)};
  // Segments come after the one that leads to them, which sets their range, empty or not.
  for (std::size_t s = 0; s < plan_.segments.size(); ++s) {
    const Range range = ranges_[s];
    for (std::size_t i = 0; i < range.count; ++i) run_sample(s, range.first + i, settings, client);
    const Segment& segment = plan_.segments[s];
    if (!segment.is_exit)
      decide(segment, range, settings[static_cast<std::size_t>(segment.decision)], together && range.count > 0, client);
  }
}

}  // namespace exeunt
