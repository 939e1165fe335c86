#include "engine/compile/trace.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "plan/layout.h"
#include "plan/plan_data.h"

namespace exeunt {

namespace {

Tensor row_major(const std::byte* data, const Layout& layout, const TensorType& type) {
  Tensor copy(type);
  copy_layout(data, layout, copy.mutable_view().data, Layout::row_major(type.shape.rank()), type);
  return copy;
}

bool has_batch(const std::vector<InputInfo>& inputs) {
  return std::ranges::all_of(
      inputs, [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
}

}  // namespace

Trace Tracer::run(std::span<const Tensor> inputs, std::int64_t i) { return run(inputs, i, true); }

Trace Tracer::run_outputs(std::span<const Tensor> inputs, std::int64_t i) { return run(inputs, i, false); }

Trace Tracer::run(std::span<const Tensor> inputs, std::int64_t i, bool with_steps) {
  const PlanData& plan = *plan_;
  Trace trace;
  if (with_steps) trace.steps.resize(plan.steps.size());
  trace.outputs.resize(plan.exit_segments.size());
  trace.exit = walk(
      inputs, i,
      [&](std::size_t step, const std::byte* result, bool) {
        if (with_steps) trace.steps[step] = row_major(result, plan.steps[step].layout, plan.steps[step].result);
      },
      [&](const Segment& segment) {
        for (std::size_t k = 0; k < segment.outputs.size(); ++k) {
          const TensorView view = executor_.exit_output(segment, k);
          trace.outputs[static_cast<std::size_t>(segment.exit)].push_back(
              row_major(view.data, Layout::row_major(view.shape().rank()), view.type));
        }
      });
  return trace;
}

int Tracer::walk(std::span<const Tensor> inputs, std::int64_t i, const SeeStep& see,
                 const std::function<void(const Segment&)>& see_exit) {
  const PlanData& plan = *plan_;
  std::vector<const std::byte*> addresses;
  for (std::size_t k = 0; k < inputs.size(); ++k)
    addresses.push_back(inputs[k].view().data + static_cast<std::size_t>(i) * plan.info.inputs[k].type.bytes());
  // Where the scores of the decisions so far lead: a decision is scored before what follows it runs.
  const Segment* reached = &plan.segments.front();
  executor_.trace(
      addresses,
      [&](std::size_t step, const std::byte* result) {
        const int number = static_cast<int>(step);
        const bool here = number >= reached->first_step && number < reached->first_step + reached->step_count;
        see(step, result, here);
      },
      [&](const Segment& segment, float score) {
        if (segment.is_exit) {
          if (see_exit) see_exit(segment);
        } else if (&segment == reached) {
          const bool leaves = segment.settings.enabled && score > segment.settings.threshold;
          reached = &plan.segments[static_cast<std::size_t>(leaves ? segment.leave : segment.stay)];
        }
      });
  return reached->exit;
}

void check_samples(const std::vector<InputInfo>& inputs, const Dataset& data, std::string_view purpose) {
  require(inputs.size() == 1, ErrorCode::argument, "the model has {} inputs; a data set can feed one", inputs.size());
  const Shape& input = inputs.front().type.shape;
  require(input.rank() > 0 && input[0] == 1, ErrorCode::argument,
          "the model's input is {}: its first axis is no batch axis, so it cannot be fed sample by sample",
          input.str());
  require(data.size() > 0, ErrorCode::argument, "there are no samples to {}", purpose);
}

std::int64_t count_samples(const std::vector<InputInfo>& wanted, std::span<const Tensor> inputs) {
  require(inputs.size() == wanted.size(), ErrorCode::argument, "{} inputs were given; the model has {}", inputs.size(),
          wanted.size());
  const bool batched = has_batch(wanted);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const TensorType& given = inputs[k].type();
    TensorType expected = wanted[k].type;
    if (batched && given.shape.rank() > 0) expected.shape[0] = inputs[0].shape().rank() > 0 ? inputs[0].shape()[0] : 1;
    require(given.dtype == expected.dtype, ErrorCode::dtype, "input '{}' is {}; {} is needed", wanted[k].name,
            dtype_name(given.dtype), dtype_name(expected.dtype));
    require(given.shape == expected.shape, ErrorCode::shape, "input '{}' is {}; {} is needed", wanted[k].name,
            given.shape.str(), expected.shape.str());
  }
  const std::int64_t samples = batched && !inputs.empty() ? inputs[0].shape()[0] : 1;
  require(samples > 0, ErrorCode::argument, "there are no samples to compare");
  return samples;
}

}  // namespace exeunt
