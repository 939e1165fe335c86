#include "engine/compile/accuracy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/difference.h"
#include "base/dtype.h"
#include "base/error.h"

namespace exeunt {

namespace {

/// How many samples are taken: what the bounds and memory allow.
std::int64_t count_taken(const PlanData& plan, const AccuracyBounds& bounds) {
  constexpr std::size_t kMostBytes = std::size_t{256} << 20U;
  std::size_t bytes = plan.info.inputs.front().type.bytes();
  for (const ExitInfo& exit : plan.info.exits) {
    for (const TensorType& output : exit.outputs) bytes += output.bytes();
  }
  const std::int64_t size = bounds.samples->size();
  const std::int64_t wanted = bounds.limit > 0 ? std::min(bounds.limit, size) : size;
  return std::clamp(static_cast<std::int64_t>(kMostBytes / bytes), std::int64_t{1}, wanted);
}

/// The place of the largest class score, the first one of equals; 0 for an exit that finds no class.
std::ptrdiff_t class_of(const Segment& exit, const std::vector<Tensor>& outputs) {
  const Prediction& prediction = exit.prediction;
  if (prediction.classes == 0) return 0;
  const TensorView scores = outputs[static_cast<std::size_t>(prediction.output)].view();
  return dispatch(scores.dtype(), [&]<class T>(TypeTag<T>) {
    const auto row = scores.span<T>().subspan(static_cast<std::size_t>(prediction.offset),
                                              static_cast<std::size_t>(prediction.classes));
    return std::ranges::max_element(row, {}, [](T value) { return convert<float>(value); }) - row.begin();
  });
}

}  // namespace

AccuracyMeter::AccuracyMeter(std::shared_ptr<const PlanData> floats, const AccuracyBounds& bounds)
    : floats_(std::move(floats)), samples_(count_taken(*floats_, bounds)) {
  TensorType type = floats_->info.inputs.front().type;
  const std::size_t row_bytes = type.bytes();
  TensorType row = type;
  type.shape[0] = samples_;
  inputs_.emplace_back(type);
  Tracer tracer(floats_);
  for (const ExitInfo& exit : floats_->info.exits) magnitude_.emplace_back(exit.outputs.size());
  for (std::int64_t i = 0; i < samples_; ++i) {
    std::byte* to = inputs_.front().mutable_view().data + static_cast<std::size_t>(i) * row_bytes;
    bounds.samples->read(i * bounds.samples->size() / samples_, 1, {to, row});
    answers_.push_back(tracer.run_outputs(inputs_, i));
    const auto& outputs = answers_.back().outputs;
    for (std::size_t e = 0; e < outputs.size(); ++e) {
      for (std::size_t k = 0; k < outputs[e].size(); ++k) {
        if (!is_float(outputs[e][k].dtype())) continue;
        const double size = distance(outputs[e][k].view(), outputs[e][k].view()).magnitude;
        magnitude_[e][k] = std::max(magnitude_[e][k], size);
      }
    }
  }
}

bool AccuracyMeter::agrees(const Trace& ours, const Trace& theirs) const {
  if (ours.exit != theirs.exit) return false;
  const auto exit = static_cast<std::size_t>(ours.exit);
  const Segment& segment = floats_->segments[static_cast<std::size_t>(floats_->exit_segments[exit])];
  if (class_of(segment, ours.outputs[exit]) != class_of(segment, theirs.outputs[exit])) return false;
  for (std::size_t k = 0; k < ours.outputs[exit].size(); ++k) {
    const TensorView output = ours.outputs[exit][k].view();
    if (!is_float(output.dtype()) && distance(output, theirs.outputs[exit][k].view()).max_abs > 0) return false;
  }
  return true;
}

Accuracy AccuracyMeter::measure(const std::shared_ptr<const PlanData>& plan, std::int64_t limit) const {
  const std::int64_t count = std::min(limit, samples_);
  Accuracy result;
  std::int64_t agreeing = 0;
  double squares = 0;
  double terms = 0;
  Tracer tracer(plan);
  for (std::int64_t n = 0; n < count; ++n) {
    const std::int64_t i = n * samples_ / count;
    const Trace& wanted = answers_[static_cast<std::size_t>(i)];
    const Trace got = tracer.run_outputs(inputs_, i);
    agreeing += agrees(got, wanted) ? 1 : 0;
    for (std::size_t e = 0; e < wanted.outputs.size(); ++e) {
      for (std::size_t k = 0; k < wanted.outputs[e].size(); ++k) {
        if (!is_float(wanted.outputs[e][k].dtype())) continue;
        const double apart = distance(got.outputs[e][k].view(), wanted.outputs[e][k].view()).max_abs;
        const double error = Distance{apart, magnitude_[e][k]}.relative();
        result.error = std::max(result.error, error);
        squares += error * error;
        ++terms;
      }
    }
  }
  result.agreement = static_cast<double>(agreeing) / static_cast<double>(count);
  result.drift = terms > 0 ? std::sqrt(squares / terms) : 0;
  return result;
}

}  // namespace exeunt
