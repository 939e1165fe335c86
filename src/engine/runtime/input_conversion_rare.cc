#include "base/elements.h"
#include "engine/runtime/input_conversion.inl.h"

namespace exeunt {

void InputConversion::convert_any(const InputConversion& self, const std::byte* from, std::byte* to) noexcept {
  const ElementAccess<double>& read = element_access<double>(self.from_);
  const ElementAccess<double>& write = element_access<double>(self.to_);
  std::int64_t o = 0;
  for (std::int64_t a = 0; a < self.dims_[0]; ++a) {
    for (std::int64_t b = 0; b < self.dims_[1]; ++b) {
      for (std::int64_t c = 0; c < self.dims_[2]; ++c, ++o) {
        double value = read.read(from, a * self.strides_[0] + b * self.strides_[1] + c * self.strides_[2]);
        if (self.scaling_ != Scaling::none) {
          const auto p = static_cast<std::size_t>(self.scaling_ == Scaling::by_column ? c : a);
          value = (static_cast<float>(value) * self.scale_ - self.mean_[p]) / self.stddev_[p];
        }
        write.write(to, o, value);
      }
    }
  }
}

// Compiled for size: all pairs of types with all ways of scaling would be larger than the rest of the runtime.
InputConversion::RunFn InputConversion::pick_rare(DType to, DType from, Scaling scaling) noexcept {
  if (to == from && scaling == Scaling::none) {
    switch (dtype_bytes(to)) {
      case 1:
        return convert_sample<std::uint8_t, std::uint8_t, Scaling::none>;
      case 2:
        return convert_sample<std::uint16_t, std::uint16_t, Scaling::none>;
      case 4:
        return convert_sample<std::uint32_t, std::uint32_t, Scaling::none>;
      default:
        return convert_sample<std::uint64_t, std::uint64_t, Scaling::none>;
    }
  }
  if (to == DType::f16) return pick_for<Half>(from, scaling);
  if (to == DType::bf16) return pick_for<BFloat16>(from, scaling);
  return convert_any;
}

}  // namespace exeunt
