#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class ResizeMode : std::uint8_t { nearest, linear, cubic };
/// How a position in the result maps to one in x, under ONNX's names.
enum class ResizeCoordinates : std::uint8_t {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  align_corners,
  asymmetric,
  tf_half_pixel_for_nn,
  tf_crop_and_resize
};
enum class ResizeRounding : std::uint8_t { round_prefer_floor, round_prefer_ceil, floor, ceil };

template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<ResizeMode> = {"nearest", "linear", "cubic"};
template <>
inline constexpr std::array<std::string_view, 7> kEnumNames<ResizeCoordinates> = {
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
    "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<ResizeRounding> = {"round_prefer_floor",
                                                                               "round_prefer_ceil", "floor", "ceil"};

/// Resamples x to `sizes`: each element is a weighted average of x around the position it maps to.
///
/// `sizes` and `scales` have an entry for each axis. A scale is the stretch the file asks for; its product with
/// the input size need not be whole. An axis of scale 1 whose size stays is copied. `roi` holds all starts, then
/// all ends (tf_crop_and_resize only; positions outside x give `extrapolation`). With `antialias` the filter widens
/// when an axis shrinks; `exclude_outside` drops taps outside x instead of repeating its edge. Any dtype; integers
/// are cut towards zero. Source: ONNX Resize-11, -13, -18, -19 with constant roi, scales and sizes.
struct Resize {
  static constexpr std::string_view kName = "Resize";
  Ints sizes;
  Floats scales;
  Floats roi = {};
  ResizeMode mode = ResizeMode::nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
  ResizeRounding rounding = ResizeRounding::round_prefer_floor;
  double cubic_a = -0.75;
  double extrapolation = 0;
  bool antialias = false;
  bool exclude_outside = false;

  bool operator==(const Resize&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("sizes", self.sizes), visit("scales", self.scales), visit("roi", self.roi), visit("mode", self.mode);
    visit("coordinates", self.coordinates), visit("rounding", self.rounding), visit("cubic_a", self.cubic_a);
    visit("extrapolation", self.extrapolation), visit("antialias", self.antialias);
    visit("exclude_outside", self.exclude_outside);
  }
};

TensorType infer(const Resize& op, Types in);
void reference(const Resize& op, Inputs in, Outputs out);
double work(const Resize& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
