#pragma once

#include <exeunt/tensor.h>

#include <cstdint>

namespace exeunt {

/// FNV-1a over type and bytes: equal tensors have equal checksums. For lookup and display, not security.
std::uint64_t checksum(TensorView tensor) noexcept;

}  // namespace exeunt
