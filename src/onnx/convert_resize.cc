#include <algorithm>
#include <cmath>

#include "base/shape.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// The value of an enum attribute. @throws Error format
template <class Enum>
Enum choice(const NodeContext& node, std::string_view attribute, std::string_view otherwise) {
  const std::string name = node.text(attribute, otherwise);
  const auto parsed = ops::parse_enum<Enum>(name);
  require(parsed.has_value(), ErrorCode::format, "{} '{}'", attribute, name);
  return *parsed;
}

bool is_given(const NodeContext& node, std::size_t i) { return node.has_operand(i) && node.shape(i).elements() > 0; }

/// The axes that roi, scales and sizes speak of, in their order.
ops::Ints resized_axes(const NodeContext& node, int rank) {
  ops::Ints axes = node.integers("axes");
  if (!node.has_attribute("axes")) {
    for (int a = 0; a < rank; ++a) axes.push_back(a);
  }
  for (std::int64_t& axis : axes) axis = normalize_axis(axis, rank);
  return axes;
}

void take_roi(const NodeContext& node, const ops::Ints& axes, ops::Resize& op) {
  const std::size_t rank = op.sizes.size();
  op.roi.assign(rank, 0);
  op.roi.resize(2 * rank, 1);
  const ops::Floats roi = node.constant_floats(1);
  require(roi.size() == 2 * axes.size(), ErrorCode::format, "roi has {} numbers for {} axes", roi.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    op.roi[static_cast<std::size_t>(axes[i])] = roi[i];
    op.roi[static_cast<std::size_t>(axes[i]) + rank] = roi[i + axes.size()];
  }
}

void take_scales(const NodeContext& node, const ops::Ints& axes, ops::Resize& op) {
  const ops::Floats scales = node.constant_floats(2);
  require(scales.size() == axes.size(), ErrorCode::format, "{} scales for {} axes", scales.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto a = static_cast<std::size_t>(axes[i]);
    const double part = op.roi.empty() ? 1 : op.roi[a + op.sizes.size()] - op.roi[a];
    op.scales[a] = scales[i];
    // In float, as every runtime does: 10 * 0.7 is 7 there.
    const double size =
        std::floor(static_cast<float>(op.sizes[a]) * static_cast<float>(part) * static_cast<float>(scales[i]));
    require(size >= 0 && size < static_cast<double>(kMaxTensorBytes), ErrorCode::shape, "a size of {}", size);
    op.sizes[a] = static_cast<std::int64_t>(size);
  }
}

void take_sizes(const NodeContext& node, const ops::Ints& axes, ops::Resize& op) {
  const ops::Ints sizes = node.constant_ints(3);
  require(sizes.size() == axes.size(), ErrorCode::format, "{} sizes for {} axes", sizes.size(), axes.size());
  ops::Floats scales;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t from = op.sizes[static_cast<std::size_t>(axes[i])];
    require(from > 0 || sizes[i] == 0, ErrorCode::shape, "an empty axis cannot become {}", sizes[i]);
    scales.push_back(from == 0 ? 1 : static_cast<double>(sizes[i]) / static_cast<double>(from));
  }
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  require(policy == "stretch" || policy == "not_larger" || policy == "not_smaller", ErrorCode::format,
          "keep_aspect_ratio_policy '{}'", policy);
  const double one = scales.empty()           ? 1
                     : policy == "not_larger" ? *std::ranges::min_element(scales)
                                              : *std::ranges::max_element(scales);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto a = static_cast<std::size_t>(axes[i]);
    const auto from = static_cast<double>(op.sizes[a]);
    op.scales[a] = policy == "stretch" ? scales[i] : one;
    const double size = policy == "stretch" ? static_cast<double>(sizes[i]) : std::floor(one * from + 0.5);
    require(size >= 0 && size < static_cast<double>(kMaxTensorBytes), ErrorCode::shape, "a size of {}", size);
    op.sizes[a] = static_cast<std::int64_t>(size);
    if (op.sizes[a] == 0) op.scales[a] = 1;
  }
}

Values convert_resize(NodeContext& node) {
  const Shape& x = node.shape(0);
  const ops::Ints axes = resized_axes(node, x.rank());
  ops::Resize op;
  op.sizes.assign(x.begin(), x.end());
  op.scales.assign(op.sizes.size(), 1);
  op.mode = choice<ops::ResizeMode>(node, "mode", "nearest");
  op.coordinates = choice<ops::ResizeCoordinates>(node, "coordinate_transformation_mode", "half_pixel");
  op.rounding = choice<ops::ResizeRounding>(node, "nearest_mode", "round_prefer_floor");
  op.cubic_a = node.number("cubic_coeff_a", -0.75);
  op.extrapolation = node.number("extrapolation_value", 0);
  op.antialias = op.mode != ops::ResizeMode::nearest && node.integer("antialias", 0) != 0;
  op.exclude_outside = node.integer("exclude_outside", 0) != 0;
  if (op.coordinates == ops::ResizeCoordinates::tf_crop_and_resize) take_roi(node, axes, op);
  const bool by_scale = is_given(node, 2);
  require(by_scale != is_given(node, 3), ErrorCode::format, "either scales or sizes are needed");
  by_scale ? take_scales(node, axes, op) : take_sizes(node, axes, op);
  return {node.add(std::move(op), {node.operand(0)})};
}

constexpr ConverterRow kResizeRows[] = {
    {"Resize", convert_resize},
};

}  // namespace

std::span<const ConverterRow> resize_converters() { return kResizeRows; }

}  // namespace exeunt
