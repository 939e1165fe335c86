#include "engine/runtime/input_conversion.inl.h"

#include <algorithm>
#include <cmath>

#include "base/dtype.h"
#include "base/error.h"
#include "base/shape.h"

namespace exeunt {

namespace {

constexpr bool is_channel_count(std::int64_t dim) { return dim == 1 || dim == 3 || dim == 4; }

bool is_picture(const Shape& shape) { return shape.rank() == 4 && shape[0] == 1; }

/// The axis order of a model's input [N, ...]; empty if it is no picture or does not tell.
std::optional<ImageLayout> layout_of(const Shape& shape, const InputFormat& format) {
  if (!is_picture(shape) || format.layout) return format.layout;
  if (is_channel_count(shape[1])) return ImageLayout::chw;
  if (is_channel_count(shape[3])) return ImageLayout::hwc;
  return std::nullopt;
}

ImageLayout other(ImageLayout layout) { return layout == ImageLayout::chw ? ImageLayout::hwc : ImageLayout::chw; }

/// [N,C,H,W] in the order [N,H,W,C], or back.
Shape turned(const Shape& shape, ImageLayout from) {
  return from == ImageLayout::chw ? Shape{shape[0], shape[2], shape[3], shape[1]}
                                  : Shape{shape[0], shape[3], shape[1], shape[2]};
}

bool is_turned(const InputInfo& input, const InputFormat& format) {
  return format.data_layout && *format.data_layout != *layout_of(input.type.shape, format);
}

void check_channel_values(const InputInfo& input, const InputFormat& format, const std::vector<float>& values,
                          const char* name) {
  if (values.size() == 1) return;
  const auto layout = layout_of(input.type.shape, format);
  require(layout.has_value(), ErrorCode::argument,
          "{} has {} values, but the input '{}' {} does not tell its channels; give 1 value, or the model's layout "
          "(InputFormat::layout, --layout)",
          name, values.size(), input.name, input.type.str());
  const std::int64_t channels = input.type.shape[*layout == ImageLayout::chw ? 1 : 3];
  require(static_cast<std::int64_t>(values.size()) == channels, ErrorCode::argument,
          "{} has {} values; give 1, or {} (one for each channel of the input '{}' {})", name, values.size(), channels,
          input.name, input.type.str());
}

bool is_scaled(const InputFormat& format) {
  const auto all = [](const std::vector<float>& values, float value) {
    return std::ranges::all_of(values, [&](float v) { return v == value; });
  };
  return format.scale != 1 || !all(format.mean, 0) || !all(format.stddev, 1);
}

}  // namespace

void check_input_format(const InputInfo& input, const InputFormat& format) {
  const Shape& shape = input.type.shape;
  require((!format.data_layout && !format.layout) || is_picture(shape), ErrorCode::argument,
          "a layout is given, but the input '{}' {} is no picture", input.name, input.type.str());
  require(!format.data_layout || layout_of(shape, format).has_value(), ErrorCode::argument,
          "the input '{}' {} does not tell the axis order that data would be turned to; give it "
          "(InputFormat::layout, --layout)",
          input.name, input.type.str());
  require(!is_scaled(format) || is_float(input.type.dtype), ErrorCode::argument,
          "a scale, mean or standard deviation is given, but the input '{}' is {}; only floats are scaled", input.name,
          dtype_name(input.type.dtype));
  check_channel_values(input, format, format.mean, "mean");
  check_channel_values(input, format, format.stddev, "stddev");
  const auto is_finite = [](float value) { return std::isfinite(value); };
  require(is_finite(format.scale) && std::ranges::all_of(format.mean, is_finite) &&
              std::ranges::all_of(format.stddev, is_finite),
          ErrorCode::argument, "the scale, mean or standard deviation of the input '{}' is no finite number",
          input.name);
  require(std::ranges::find(format.stddev, 0.0F) == format.stddev.end(), ErrorCode::argument,
          "stddev is 0, but values are divided by it");
}

Shape shape_handed_over(const InputInfo& input, const InputFormat& format) {
  if (!is_turned(input, format)) return input.type.shape;
  return turned(input.type.shape, other(*format.data_layout));
}

bool changes_nothing(const InputInfo& input, const InputFormat& format) {
  return !is_turned(input, format) && !is_scaled(format);
}

std::optional<ImageLayout> fitting_layout(const InputInfo& input, const Shape& given) {
  if (given.rank() != 4 || !is_picture(input.type.shape)) return std::nullopt;
  for (const ImageLayout from : {ImageLayout::chw, ImageLayout::hwc}) {
    const Shape shape = turned(input.type.shape, from);
    if (std::ranges::equal(shape.dims().subspan(1), given.dims().subspan(1))) return other(from);
  }
  return std::nullopt;
}

InputConversion::InputConversion(const InputInfo& input, const InputFormat& format, DType from) {
  const Shape& shape = input.type.shape;
  const auto layout = layout_of(shape, format);
  const bool is_hwc = layout == ImageLayout::hwc;
  dims_ = {1, 1, shape.elements()};
  if (layout) dims_ = {shape[1], shape[2], shape[3]};
  const std::int64_t channels = layout ? dims_[is_hwc ? 2 : 0] : 1;
  if (!is_turned(input, format)) {
    // Values stay in their order: the rows of a picture join, or of each of its channels' planes.
    if (is_hwc) dims_ = {1, dims_[0], dims_[1] * dims_[2]};
    if (layout == ImageLayout::chw) dims_ = {dims_[0], 1, dims_[1] * dims_[2]};
    strides_ = {dims_[1] * dims_[2], dims_[2], 1};
  } else {
    strides_ = is_hwc ? std::array<std::int64_t, 3>{dims_[1], 1, dims_[0] * dims_[1]}
                      : std::array<std::int64_t, 3>{1, dims_[2] * channels, channels};
  }
  scale_ = format.scale;
  const std::int64_t count = is_hwc ? dims_[2] : channels;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto channel = static_cast<std::size_t>(i % channels);
    mean_.push_back(format.mean[format.mean.size() == 1 ? 0 : channel]);
    stddev_.push_back(format.stddev[format.stddev.size() == 1 ? 0 : channel]);
  }
  from_ = from;
  to_ = input.type.dtype;
  scaling_ = !is_scaled(format) ? Scaling::none : is_hwc ? Scaling::by_column : Scaling::by_plane;
  run_ = to_ == DType::f32 ? pick_for<float>(from, scaling_) : pick_rare(to_, from, scaling_);
}

}  // namespace exeunt
