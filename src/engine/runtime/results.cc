#include "engine/runtime/results.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace exeunt {

Results::Data::Data(std::shared_ptr<const PlanData> plan_data, std::int64_t max_batch) : plan(std::move(plan_data)) {
  const auto rows = static_cast<std::size_t>(max_batch);
  exits.resize(rows);
  last_scores.resize(rows);
  scores.resize(rows * plan->decision_segments.size());
  last_decisions.resize(plan->exit_segments.size(), -1);
  for (const Segment& segment : plan->segments) {
    if (segment.is_exit) continue;
    for (const int way : {segment.leave, segment.stay}) {
      const Segment& next = plan->segments[static_cast<std::size_t>(way)];
      if (next.is_exit) last_decisions[static_cast<std::size_t>(next.exit)] = segment.decision;
    }
  }
  outputs.resize(plan->info.outputs.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const TensorType& first = plan->info.exits.front().outputs[k];
    for (const ExitInfo& exit : plan->info.exits) {
      outputs[k].row_bytes = std::max(outputs[k].row_bytes, exit.outputs[k].bytes());
      outputs[k].uniform = outputs[k].uniform && exit.outputs[k] == first;
    }
    outputs[k].rows = AlignedBuffer(outputs[k].row_bytes * rows);
  }
}

const Segment& Results::Data::exit_segment(std::int64_t i) const noexcept {
  const int exit = exits[static_cast<std::size_t>(i)];
  return plan->segments[static_cast<std::size_t>(plan->exit_segments[static_cast<std::size_t>(exit)])];
}

std::span<float> Results::Data::scores_of(std::int64_t i) noexcept {
  const std::size_t count = plan->decision_segments.size();
  return std::span(scores).subspan(static_cast<std::size_t>(i) * count, count);
}

void Results::Data::note_exit(std::int64_t i, const Segment& exit) noexcept {
  const auto row = static_cast<std::size_t>(i);
  exits[row] = exit.exit;
  const int last = last_decisions[static_cast<std::size_t>(exit.exit)];
  last_scores[row] = last < 0 ? std::numeric_limits<float>::quiet_NaN() : scores_of(i)[static_cast<std::size_t>(last)];
}

void Results::Data::copy_output(std::int64_t i, std::size_t output, TensorView value) noexcept {
  Output& rows = outputs[output];
  std::memcpy(rows.rows.data() + static_cast<std::size_t>(i) * rows.row_bytes, value.data, value.type.bytes());
}

void Results::Data::store(std::int64_t i, const Segment& exit, const Executor& executor) noexcept {
  note_exit(i, exit);
  for (std::size_t k = 0; k < outputs.size(); ++k) copy_output(i, k, executor.exit_output(exit, k));
}

void Results::Data::store(std::int64_t i, const Segment& exit, std::span<const std::byte* const> values) noexcept {
  note_exit(i, exit);
  for (std::size_t k = 0; k < outputs.size(); ++k) copy_output(i, k, {values[k], exit.outputs[k].type});
}

Results::Results(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Results::~Results() = default;

std::int64_t Results::size() const noexcept { return data_->size; }
int Results::exit(std::int64_t i) const noexcept { return data_->exits[static_cast<std::size_t>(i)]; }
float Results::score(std::int64_t i) const noexcept { return data_->last_scores[static_cast<std::size_t>(i)]; }
std::span<const float> Results::scores(std::int64_t i) const noexcept { return data_->scores_of(i); }

TensorView Results::output(std::int64_t i, std::size_t output) const noexcept {
  const Data::Output& rows = data_->outputs[output];
  return {rows.rows.data() + static_cast<std::size_t>(i) * rows.row_bytes, data_->exit_segment(i).outputs[output].type};
}

std::optional<TensorView> Results::stacked(std::size_t output) const noexcept {
  const Data::Output& rows = data_->outputs[output];
  if (!rows.uniform) return std::nullopt;
  const TensorType& row = data_->plan->info.exits.front().outputs[output];
  const bool batched = row.shape.rank() > 0 && row.shape[0] == 1;
  if (!batched && row.shape.rank() == Shape::kMaxRank) return std::nullopt;
  std::array<std::int64_t, Shape::kMaxRank> dims{data_->size};
  const auto rest = row.shape.dims().subspan(batched ? 1 : 0);
  std::ranges::copy(rest, dims.begin() + 1);
  return TensorView{rows.rows.data(), {row.dtype, Shape(std::span(dims.data(), rest.size() + 1))}};
}

std::optional<TensorView> Results::class_scores(std::int64_t i) const noexcept {
  const Prediction& prediction = data_->exit_segment(i).prediction;
  if (prediction.classes == 0) return std::nullopt;
  TensorView view = output(i, static_cast<std::size_t>(prediction.output));
  view.data += static_cast<std::size_t>(prediction.offset) * dtype_bytes(view.dtype());
  view.type.shape = Shape{prediction.classes};
  return view;
}

bool Results::cut_short(std::int64_t) const noexcept { return data_->cut_short; }

bool Results::are_probabilities(std::int64_t i) const noexcept {
  return data_->exit_segment(i).prediction.probabilities;
}

}  // namespace exeunt
