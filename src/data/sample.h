#pragma once

#include <exeunt/tools/dataset.h>

#include <optional>

namespace exeunt {

/// Where the axes of one picture are in a sample.
struct PictureAxes {
  ImageLayout layout = ImageLayout::chw;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// The picture axes of `format.sample`; empty if it is no picture: its rank is not 3, or no layout is
/// given and neither end has 1, 3 or 4 channels. With 1, 3 or 4 at both ends: chw.
std::optional<PictureAxes> picture_axes(const SampleFormat& format);

/// @throws Error argument for a layout, mean or stddev that cannot belong to the sample; shape for a
///         sample with negative dims or of 2 GB.
void check_format(const SampleFormat& format);

/// @throws Error shape unless a picture u8 [H,W,C] of this shape can become a sample of `format`.
void check_picture(const Shape& picture, const SampleFormat& format);

/// @throws Error shape unless values_to_sample takes values of this shape.
void check_values(const Shape& values, const SampleFormat& format);

/// One array as one sample: of the sample's shape; or [C,H,W] for [H,W,C] or back; or of any shape
/// with as many elements for a sample of one axis. Scaled like pictures, converted to the sample's type.
void values_to_sample(TensorView values, const SampleFormat& format, MutableTensorView out);

}  // namespace exeunt
