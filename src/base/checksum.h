#pragma once

#include <exeunt/tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace exeunt {

/// FNV-1a over type and bytes: equal tensors have equal checksums. For lookup and display, not security.
std::uint64_t checksum(TensorView tensor) noexcept;

/// As fast as memory is read. Bytes that differ within one 8-byte word always have another checksum; what else differs
/// has one but for one case in 2^64. Against accidents, not for security.
std::uint64_t fast_checksum(std::span<const std::byte> bytes) noexcept;

}  // namespace exeunt
