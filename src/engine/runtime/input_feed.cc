#include "engine/runtime/input_feed.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace exeunt {

namespace {

/// Whether a later segment than the first reads an input.
bool is_read_late(const PlanData& plan, std::size_t input) {
  const auto is_input = [&](const Operand& operand) {
    return operand.kind == Operand::Kind::input && operand.offset == input;
  };
  for (std::size_t s = 1; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    const auto steps =
        std::span(plan.steps)
            .subspan(static_cast<std::size_t>(segment.first_step), static_cast<std::size_t>(segment.step_count));
    const bool in_steps =
        std::ranges::any_of(steps, [&](const Step& step) { return std::ranges::any_of(step.operands, is_input); });
    const bool in_outputs =
        std::ranges::any_of(segment.outputs, [&](const ExitOutput& output) { return is_input(output.operand); });
    if (in_steps || in_outputs || (!segment.is_exit && is_input(segment.looked_at))) return true;
  }
  return false;
}

}  // namespace

InputFeed::InputFeed(const PlanData& plan, const std::vector<InputFormat>& formats, std::int64_t max_batch)
    : max_batch_(max_batch), inputs_(plan.info.inputs.size()) {
  require(formats.size() <= inputs_.size(), ErrorCode::argument,
          "{} input formats were given; the model has {} input{}", formats.size(), inputs_.size(),
          inputs_.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Input& input = inputs_[i];
    input.info = plan.info.inputs[i];
    if (i < formats.size()) input.format = formats[i];
    check_input_format(input.info, input.format);
    input.shape = shape_handed_over(input.info, input.format);
    const TensorType& type = input.info.type;
    batched_ = batched_ && type.shape.rank() > 0 && type.shape[0] == 1;
    if (!changes_nothing(input.info, input.format)) input.from_own.emplace(input.info, input.format, type.dtype);
    if (is_float(type.dtype)) input.from_u8.emplace(input.info, input.format, DType::u8);
    if (!input.from_own && !input.from_u8) continue;
    constexpr std::size_t kAlignment = 64;
    const bool each = max_batch > 1 && is_read_late(plan, i);
    input.row_stride = each ? (type.bytes() + kAlignment - 1) / kAlignment * kAlignment : 0;
    input.rows = AlignedBuffer(each ? input.row_stride * static_cast<std::size_t>(max_batch) : type.bytes());
  }
}

void InputFeed::refuse_shape(const Input& input, const Shape& given) const {
  const Shape& shape = input.shape;
  std::string hint = batched_ ? " (any number of samples for the first axis)" : "";
  if (!batched_ && shape.rank() > 0 && shape[0] > 1)
    hint = formatted(
        " (the file fixes the first axis to {}: it runs whole and takes one exit; --shape {}=1x... loads it for single "
        "samples)",
        shape[0], input.info.name);
  const auto fitting = fitting_layout(input.info, given);
  if (fitting && input.format.data_layout != fitting) {
    const bool chw = *fitting == ImageLayout::chw;
    hint =
        formatted("; it would fit with the axes in the order {}: say so (InputFormat::data_layout, --data-layout {})",
                  chw ? "NCHW" : "NHWC", chw ? "nchw" : "nhwc");
  }
  fail(ErrorCode::shape, "input '{}' is {}; {} is needed{}", input.info.name, given.str(), shape.str(), hint);
}

void InputFeed::check(std::size_t index, const TensorView& array, std::int64_t batch) const {
  const Input& input = inputs_[index];
  const InputInfo& info = input.info;
  require(array.dtype() == info.type.dtype || (array.dtype() == DType::u8 && input.from_u8), ErrorCode::dtype,
          "input '{}' is {}; {} is needed{}", info.name, dtype_name(array.dtype()), dtype_name(info.type.dtype),
          input.from_u8 ? " (or u8)" : "");
  Shape expected = input.shape;
  if (batched_ && array.shape().rank() > 0) expected[0] = array.shape()[0];
  if (array.shape() != expected) refuse_shape(input, array.shape());
  require(!batched_ || array.shape()[0] == batch, ErrorCode::shape, "input '{}' has {} samples, the first input {}",
          info.name, array.shape()[0], batch);
  require(array.present(), ErrorCode::argument, "input '{}' has no data", info.name);
}

std::int64_t InputFeed::bind(std::span<const TensorView> arrays) {
  require(arrays.size() == inputs_.size(), ErrorCode::argument, "{} inputs were given; the model has {}", arrays.size(),
          inputs_.size());
  const Shape& first = arrays.front().shape();
  const std::int64_t batch = batched_ && first.rank() > 0 ? first[0] : 1;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    check(i, arrays[i], batch);
    Input& input = inputs_[i];
    const bool is_own = arrays[i].dtype() == input.info.type.dtype;
    const auto& conversion = is_own ? input.from_own : input.from_u8;
    input.data = arrays[i].data;
    input.conversion = conversion ? &*conversion : nullptr;
    input.sample_bytes = static_cast<std::size_t>(input.info.type.shape.elements()) * dtype_bytes(arrays[i].dtype());
  }
  require(batch >= 1 && batch <= max_batch_, ErrorCode::argument, "{} samples in one run; this session takes 1 to {}",
          batch, max_batch_);
  return batch;
}

void InputFeed::open(std::int64_t sample, bool convert, std::span<const std::byte*> addresses) noexcept {
  const auto number = static_cast<std::size_t>(sample);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Input& input = inputs_[i];
    const std::byte* data = input.data + number * input.sample_bytes;
    if (input.conversion == nullptr) {
      addresses[i] = data;
      continue;
    }
    std::byte* row = input.rows.data() + number * input.row_stride;
    if (convert) input.conversion->run(data, row);
    addresses[i] = row;
  }
}

}  // namespace exeunt
