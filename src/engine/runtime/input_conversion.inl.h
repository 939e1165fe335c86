#pragma once

#include "base/dtype.h"
#include "engine/runtime/input_conversion.h"

// The loops of InputConversion, a file for each of the two ways in which they are compiled.
namespace exeunt {

template <class From, class To, InputConversion::Scaling kScaling>
void InputConversion::convert_sample(const InputConversion& self, const std::byte* from, std::byte* to) noexcept {
  const std::int64_t planes = self.dims_[0];
  const std::int64_t rows = self.dims_[1];
  const std::int64_t columns = self.dims_[2];
  const float scale = self.scale_;
  auto* out = reinterpret_cast<To*>(to);
  const auto* in = reinterpret_cast<const From*>(from);
  // Loops that the compiler can make vectors of: a stride of 1 known, parameters without a look-up.
  const auto convert_row = [&](const From* row, auto stride, const float* mean, const float* stddev) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const From value = row[c * stride];
      if constexpr (kScaling == Scaling::none) {
        out[c] = convert<To>(value);
      } else {
        const std::int64_t p = kScaling == Scaling::by_column ? c : 0;
        out[c] = convert<To>((convert<float>(value) * scale - mean[p]) / stddev[p]);
      }
    }
    out += columns;
  };
  for (std::int64_t a = 0; a < planes; ++a) {
    const std::int64_t first = kScaling == Scaling::by_plane ? a : 0;
    const float* mean = self.mean_.data() + first;
    const float* stddev = self.stddev_.data() + first;
    for (std::int64_t b = 0; b < rows; ++b) {
      const From* row = in + a * self.strides_[0] + b * self.strides_[1];
      if (self.strides_[2] == 1) {
        convert_row(row, std::integral_constant<std::int64_t, 1>{}, mean, stddev);
      } else {
        convert_row(row, self.strides_[2], mean, stddev);
      }
    }
  }
}

template <class From, class To>
InputConversion::RunFn InputConversion::pick(Scaling scaling) noexcept {
  if constexpr (!std::is_same_v<From, bool> && !std::is_same_v<To, bool>) {
    if (scaling == Scaling::by_plane) return convert_sample<From, To, Scaling::by_plane>;
    if (scaling == Scaling::by_column) return convert_sample<From, To, Scaling::by_column>;
  }
  return convert_sample<From, To, Scaling::none>;
}

template <class To>
InputConversion::RunFn InputConversion::pick_for(DType from, Scaling scaling) noexcept {
  if constexpr (!std::is_same_v<To, std::uint8_t>) {
    if (from == DType::u8) return pick<std::uint8_t, To>(scaling);
  }
  return pick<To, To>(scaling);
}

}  // namespace exeunt
