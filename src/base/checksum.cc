#include "base/checksum.h"

namespace exeunt {

std::uint64_t checksum(TensorView tensor) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  mix(static_cast<std::uint64_t>(tensor.dtype()));
  for (const std::int64_t dim : tensor.shape()) {
    for (int shift = 0; shift < 64; shift += 8) mix((static_cast<std::uint64_t>(dim) >> shift) & 0xffU);
  }
  const std::size_t bytes = tensor.type.bytes();
  for (std::size_t i = 0; i < bytes; ++i) mix(static_cast<std::uint64_t>(tensor.data[i]));
  return hash;
}

}  // namespace exeunt
