#include "data/sample.h"

#include <stb_image_resize.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <utility>
#include <vector>

#include "base/dtype.h"
#include "base/error.h"
#include "base/shape.h"

namespace exeunt {

namespace {

constexpr bool is_channel_count(std::int64_t dim) { return dim == 1 || dim == 3 || dim == 4; }

/// Which dim of `from` each axis of a sample is read from.
using AxisOrder = std::array<int, 3>;
constexpr AxisOrder kChwFromHwc = {2, 0, 1};
constexpr AxisOrder kHwcFromChw = {1, 2, 0};

Shape permuted(const Shape& from, const AxisOrder& order) { return {from[order[0]], from[order[1]], from[order[2]]}; }

/// Strides with which values of a shape are read in the order of the sample; empty if they do not fit.
std::optional<Strides> fitting_strides(const Shape& values, const SampleFormat& format) {
  const Shape& sample = format.sample.shape;
  const bool turns = format.data_layout && sample.rank() == 3 && picture_axes(format) &&
                     picture_axes(format)->layout != *format.data_layout;
  if ((values == sample && !turns) || (sample.rank() == 1 && values.elements() == sample[0]))
    return contiguous_strides(sample);
  if (values.rank() != 3 || sample.rank() != 3) return std::nullopt;
  const auto axes = picture_axes(format);
  for (const AxisOrder& order : {kChwFromHwc, kHwcFromChw}) {
    const ImageLayout layout = order == kChwFromHwc ? ImageLayout::chw : ImageLayout::hwc;
    if ((axes && axes->layout != layout) || permuted(values, order) != sample) continue;
    if (format.data_layout && axes && *format.data_layout == axes->layout) continue;
    const Strides from = contiguous_strides(values);
    Strides strides{};
    for (std::size_t i = 0; i < 3; ++i) strides[i] = from[static_cast<std::size_t>(order[i])];
    return strides;
  }
  return std::nullopt;
}

/// The scale, mean and stddev of one channel.
template <class T>
struct Affine {
  T scale;
  T mean;
  T stddev;

  T operator()(T value) const noexcept { return (value * scale - mean) / stddev; }
  bool is_identity() const noexcept { return scale == 1 && mean == 0 && stddev == 1; }
};

template <class T>
Affine<T> channel_affine(const SampleFormat& format, std::int64_t channel) {
  const auto pick = [&](const std::vector<float>& values) {
    return static_cast<T>(values[values.size() == 1 ? 0 : static_cast<std::size_t>(channel)]);
  };
  return {static_cast<T>(format.scale), pick(format.mean), pick(format.stddev)};
}

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

/// convert, but integers out of range become its nearest end, as floats do.
template <class To, class From>
To saturate(From value) {
  if constexpr (Number<From> && Number<To>) {
    if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  }
  return convert<To>(value);
}

template <class To, class From>
void write_values(const From* from, const Strides& strides, const SampleFormat& format, To* out) {
  using Compute = std::conditional_t<std::same_as<To, double>, double, float>;
  const auto axes = picture_axes(format);
  const int channel_axis = axes && axes->layout == ImageLayout::hwc ? 2 : 0;
  std::vector<Affine<Compute>> affines;
  for (std::int64_t c = 0; c < (axes ? axes->channels : 1); ++c) affines.push_back(channel_affine<Compute>(format, c));
  // Without scaling nothing goes through floats, which would round large integers.
  const bool identity = std::ranges::all_of(affines, &Affine<Compute>::is_identity);
  for (StridedLoop<1> at(format.sample.shape, {strides}); !at.done(); at.next(), ++out) {
    const From value = from[at.offset(0)];
    if (identity) {
      *out = saturate<To>(value);
    } else {
      const auto channel = axes ? static_cast<std::size_t>(at.index(channel_axis)) : std::size_t{0};
      *out = convert<To>(affines[channel](convert<Compute>(value)));
    }
  }
}

/// u8 [H,W,C] at another height and width.
Tensor resized(TensorView picture, std::int64_t height, std::int64_t width) {
  const Shape& shape = picture.shape();
  Tensor result(TensorType{DType::u8, {height, width, shape[2]}});
  const int done =
      stbir_resize_uint8_generic(picture.as<unsigned char>(), static_cast<int>(shape[1]), static_cast<int>(shape[0]), 0,
                                 result.mutable_view().as<unsigned char>(), static_cast<int>(width),
                                 static_cast<int>(height), 0, static_cast<int>(shape[2]), STBIR_ALPHA_CHANNEL_NONE, 0,
                                 STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr);
  require(done != 0, ErrorCode::device, "no memory to resize a picture of {} to {}", shape.str(), result.shape().str());
  return result;
}

void check_channel_values(const std::vector<float>& values, const char* name, const SampleFormat& format) {
  const auto axes = picture_axes(format);
  const bool fits = values.size() == 1 || (axes && static_cast<std::int64_t>(values.size()) == axes->channels);
  if (fits) return;
  require(axes.has_value(), ErrorCode::argument, "{} has {} values, but the input {} has no channels; give 1 value",
          name, values.size(), format.sample.str());
  fail(ErrorCode::argument, "{} has {} values; give 1, or {} (one for each channel of the input {})", name,
       values.size(), axes->channels, format.sample.str());
}

}  // namespace

std::optional<PictureAxes> picture_axes(const SampleFormat& format) {
  const Shape& shape = format.sample.shape;
  if (shape.rank() != 3) return std::nullopt;
  const bool chw = format.layout ? *format.layout == ImageLayout::chw : is_channel_count(shape[0]);
  if (chw) return PictureAxes{ImageLayout::chw, shape[0], shape[1], shape[2]};
  if (!format.layout && !is_channel_count(shape[2])) return std::nullopt;
  return PictureAxes{ImageLayout::hwc, shape[2], shape[0], shape[1]};
}

void check_format(const SampleFormat& format) {
  checked_bytes(format.sample);
  require(!format.layout || format.sample.shape.rank() == 3, ErrorCode::argument,
          "a layout is given, but the input {} is no picture", format.sample.str());
  require(!format.data_layout || picture_axes(format).has_value(), ErrorCode::argument,
          "a layout of the data is given, but the input {} does not tell its own", format.sample.str());
  check_channel_values(format.mean, "mean", format);
  check_channel_values(format.stddev, "stddev", format);
  require(std::ranges::find(format.stddev, 0.0F) == format.stddev.end(), ErrorCode::argument,
          "stddev is 0, but values are divided by it");
}

void check_picture(const Shape& picture, const SampleFormat& format) {
  const std::string sample = format.sample.str();
  require(picture.rank() == 3 && (picture[2] == 1 || picture[2] == 3), ErrorCode::shape,
          "a picture is u8 [H,W,1] or [H,W,3], not {}", picture.str());
  const auto axes = picture_axes(format);
  require(axes.has_value(), ErrorCode::shape,
          "the input {} takes no pictures: its shape is neither [C,H,W] nor [H,W,C] with 1, 3 or 4 channels; "
          "give the layout if it is one",
          sample);
  require(picture[2] == axes->channels || picture[2] == 1, ErrorCode::shape,
          "the picture has {} channels, but the input {} has {}{}", picture[2], sample, axes->channels,
          axes->channels == 1 ? "; convert the pictures to grey" : "");
  const bool same_size = picture[0] == axes->height && picture[1] == axes->width;
  require(same_size || format.resize, ErrorCode::shape,
          "the picture is {} x {} (height x width), but the input {} needs {} x {}; turn on resize (--resize) to "
          "change that",
          picture[0], picture[1], sample, axes->height, axes->width);
  // What the resizer can take: it asserts on empty pictures.
  require(same_size || (picture.elements() > 0 && format.sample.shape.elements() > 0), ErrorCode::shape,
          "an empty picture cannot be resized: {} to {}", picture.str(), sample);
}

void picture_to_sample(TensorView picture, const SampleFormat& format, MutableTensorView out) {
  check_format(format);
  require(picture.dtype() == DType::u8, ErrorCode::dtype, "a picture is u8 [H,W,C], not {}", picture.type.str());
  check_picture(picture.shape(), format);
  require(out.type == format.sample, ErrorCode::shape, "the sample is {}, but {} was given to write it to",
          format.sample.str(), out.type.str());
  const PictureAxes axes = *picture_axes(format);
  Tensor other_size;
  if (picture.shape()[0] != axes.height || picture.shape()[1] != axes.width) {
    other_size = resized(picture, axes.height, axes.width);
    picture = other_size.view();
  }
  const Strides hwc = contiguous_strides(picture.shape());
  // Grey goes to every channel.
  const std::int64_t channel_stride = picture.shape()[2] == 1 ? 0 : hwc[2];
  const Strides strides = axes.layout == ImageLayout::chw ? Strides{channel_stride, hwc[0], hwc[1]}
                                                          : Strides{hwc[0], hwc[1], channel_stride};
  dispatch(out.dtype(), [&](auto tag) {
    using To = typename decltype(tag)::type;
    write_values(picture.as<std::uint8_t>(), strides, format, out.as<To>());
  });
}

void check_values(const Shape& values, const SampleFormat& format) {
  require(fitting_strides(values, format).has_value(), ErrorCode::shape,
          "a sample of the data has the shape {}, but the input is {}", values.str(), format.sample.str());
}

void values_to_sample(TensorView values, const SampleFormat& format, MutableTensorView out) {
  check_values(values.shape(), format);
  const Strides strides = *fitting_strides(values.shape(), format);
  dispatch(values.dtype(), [&](auto from_tag) {
    using From = typename decltype(from_tag)::type;
    dispatch(out.dtype(), [&](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      write_values(values.as<From>(), strides, format, out.as<To>());
    });
  });
}

}  // namespace exeunt
