#include "ops/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// What one position on one axis of the result sees of x: the taps base + first .. base + last - 1,
/// weighted by the kernel at (tap - ratio) * squeeze and divided by `sum`.
struct Taps {
  std::int64_t base = 0, first = 0, last = 1;
  std::int64_t size = 1, stride = 1;
  double ratio = 0, squeeze = 1, sum = 1;
};

using AllTaps = std::array<Taps, Shape::kMaxRank>;

double kernel(const Resize& op, double distance) {
  const double d = std::abs(distance);
  if (op.mode == ResizeMode::nearest) return 1;
  if (op.mode == ResizeMode::linear) return std::max(0.0, 1 - d);
  const double a = op.cubic_a;
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

double weight(const Resize& op, const Taps& taps, std::int64_t tap) {
  const std::int64_t at = taps.base + tap;
  if (op.exclude_outside && (at < 0 || at >= taps.size)) return 0;
  return kernel(op, (static_cast<double>(tap) - taps.ratio) * taps.squeeze);
}

/// The position in x that position `at` of the result maps to.
double source_position(const Resize& op, std::size_t axis, std::int64_t at, std::int64_t size, std::int64_t result) {
  const auto x = static_cast<double>(at);
  const auto length = static_cast<double>(size);
  const double scale = op.scales[axis];
  const double stretched = scale * length;
  switch (op.coordinates) {
    case ResizeCoordinates::half_pixel:
      return (x + 0.5) / scale - 0.5;
    case ResizeCoordinates::half_pixel_symmetric:
      return length / 2 * (1 - static_cast<double>(result) / stretched) + (x + 0.5) / scale - 0.5;
    case ResizeCoordinates::pytorch_half_pixel:
      return result > 1 ? (x + 0.5) / scale - 0.5 : 0;
    case ResizeCoordinates::align_corners:
      return stretched == 1 ? 0 : x * (length - 1) / (stretched - 1);
    case ResizeCoordinates::asymmetric:
      return x / scale;
    case ResizeCoordinates::tf_half_pixel_for_nn:
      return (x + 0.5) / scale;
    case ResizeCoordinates::tf_crop_and_resize:
      break;
  }
  const double start = op.roi[axis];
  const double end = op.roi[axis + op.sizes.size()];
  if (result <= 1) return 0.5 * (start + end) * (length - 1);
  return start * (length - 1) + x * (end - start) * (length - 1) / static_cast<double>(result - 1);
}

double rounded(ResizeRounding rounding, double x) {
  switch (rounding) {
    case ResizeRounding::round_prefer_floor:
      return std::ceil(x - 0.5);
    case ResizeRounding::round_prefer_ceil:
      return std::floor(x + 0.5);
    case ResizeRounding::floor:
      return std::floor(x);
    case ResizeRounding::ceil:
      break;
  }
  return std::ceil(x);
}

/// Axes that stay as they are, whatever the coordinates say.
bool is_kept(const Resize& op, std::size_t axis, std::int64_t size) {
  return op.scales[axis] == 1 && op.sizes[axis] == size && op.coordinates != ResizeCoordinates::tf_crop_and_resize;
}

/// Sets the taps of one axis. @return false if the position lies outside x and is extrapolated
bool set_taps(const Resize& op, std::size_t axis, std::int64_t at, Taps& taps) {
  const bool kept = is_kept(op, axis, taps.size);
  const double x = kept ? static_cast<double>(at) : source_position(op, axis, at, taps.size, op.sizes[axis]);
  const auto highest = static_cast<double>(taps.size - 1);
  if (op.coordinates == ResizeCoordinates::tf_crop_and_resize && !(x >= 0 && x <= highest)) return false;
  // Far outside there is the edge only; this keeps positions within 64 bits.
  const double near = std::clamp(x, -8.0 * static_cast<double>(taps.size) - 8, 8.0 * highest + 16);
  if (kept || op.mode == ResizeMode::nearest) {
    const double place = kept ? x : std::clamp(rounded(op.rounding, near), 0.0, highest);
    taps.base = static_cast<std::int64_t>(place), taps.first = 0, taps.last = 1;
    taps.ratio = 0, taps.sum = 1;
    return true;
  }
  const double support = op.mode == ResizeMode::linear ? 1 : 2;
  // Wider than the whole of x gains nothing.
  taps.squeeze = op.antialias ? std::clamp(op.scales[axis], 1 / static_cast<double>(taps.size), 1.0) : 1;
  // The ratio is in (0, 1]: on a whole position the tap before it has distance 1.
  taps.base = static_cast<std::int64_t>(std::ceil(near)) - 1;
  taps.ratio = near - static_cast<double>(taps.base);
  taps.first = static_cast<std::int64_t>(std::floor(-support / taps.squeeze)) + 1;
  taps.last = 2 - taps.first;
  taps.sum = 0;
  for (std::int64_t tap = taps.first; tap < taps.last; ++tap) taps.sum += weight(op, taps, tap);
  return true;
}

double weighted_sum(const Resize& op, const Numbers<double>& x, const AllTaps& all, std::size_t axis,
                    std::size_t rank) {
  if (axis == rank) return x[0];
  const Taps& taps = all[axis];
  if (taps.last - taps.first == 1) return weighted_sum(op, x + taps.base * taps.stride, all, axis + 1, rank);
  double sum = 0;
  for (std::int64_t tap = taps.first; tap < taps.last; ++tap) {
    const double w = weight(op, taps, tap) / taps.sum;
    // A tap without weight must not let an infinity through.
    if (w == 0) continue;
    const std::int64_t at = std::clamp<std::int64_t>(taps.base + tap, 0, taps.size - 1);
    sum += w * weighted_sum(op, x + at * taps.stride, all, axis + 1, rank);
  }
  return sum;
}

}  // namespace

TensorType infer(const Resize& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const auto rank = static_cast<std::size_t>(x.shape.rank());
  require(op.sizes.size() == rank && op.scales.size() == rank, ErrorCode::argument,
          "{} sizes and {} scales for a tensor of rank {}", op.sizes.size(), op.scales.size(), rank);
  const bool crops = op.coordinates == ResizeCoordinates::tf_crop_and_resize;
  require(!crops || op.roi.size() == 2 * rank, ErrorCode::argument, "{} numbers of a region for a tensor of rank {}",
          op.roi.size(), rank);
  require(!op.antialias || op.mode != ResizeMode::nearest, ErrorCode::argument, "nearest has nothing to antialias");
  const TensorType y{x.dtype, Shape(op.sizes)};
  for (std::size_t a = 0; a < rank; ++a) {
    require(op.scales[a] >= 1e-9 && op.scales[a] <= 1e9, ErrorCode::argument, "a scale of {}", op.scales[a]);
    require(op.sizes[a] >= 0, ErrorCode::argument, "a size of {}", op.sizes[a]);
  }
  require(checked_bytes(y) == 0 || x.shape.elements() > 0, ErrorCode::shape, "the empty {} cannot become {}",
          x.shape.str(), y.shape.str());
  return y;
}

void reference(const Resize& op, Inputs in, Outputs out) {
  const TensorView& x = in[0];
  const MutableTensorView& y = out[0];
  const auto rank = static_cast<std::size_t>(x.shape().rank());
  const std::size_t bytes = dtype_bytes(x.dtype());
  const Strides strides = contiguous_strides(x.shape());
  AllTaps taps;
  for (std::size_t a = 0; a < rank; ++a) {
    taps[a].size = x.shape()[static_cast<int>(a)];
    taps[a].stride = strides[a];
  }
  const Places places(y);
  std::int64_t i = 0;
  for (StridedLoop<1> loop(y.shape(), {Strides{}}); !loop.done(); loop.next(), ++i) {
    bool inside = true;
    for (std::size_t a = 0; a < rank; ++a) inside = set_taps(op, a, loop.index(static_cast<int>(a)), taps[a]) && inside;
    if (!inside) {
      places.set(i, static_cast<double>(op.extrapolation));
    } else if (op.mode == ResizeMode::nearest) {
      std::int64_t offset = 0;
      for (std::size_t a = 0; a < rank; ++a) offset += taps[a].base * taps[a].stride;
      std::memcpy(y.data + static_cast<std::size_t>(i) * bytes, x.data + static_cast<std::size_t>(offset) * bytes,
                  bytes);
    } else {
      places.set(i, weighted_sum(op, Numbers<double>(x), taps, 0, rank));
    }
  }
}

double work(const Resize& op, Types in, const TensorType& out) {
  double taps = 1;
  for (std::size_t a = 0; a < op.sizes.size(); ++a) {
    if (op.mode == ResizeMode::nearest || is_kept(op, a, in[0]->shape[static_cast<int>(a)])) continue;
    taps *= op.mode == ResizeMode::linear ? 2 : 4;
  }
  return static_cast<double>(out.shape.elements()) * taps;
}

}  // namespace exeunt::ops
