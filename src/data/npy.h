#pragma once

#include <exeunt/tensor.h>

#include <cstddef>
#include <span>
#include <string>

namespace exeunt {

/// What an `.npy` file of this type holds before its elements.
std::string npy_header(const TensorType& type);

/// One `.npy` file from memory; bytes behind the last element are an error.
/// @throws Error format, shape for 2 GB or more. The messages do not name the file.
Tensor decode_npy(std::span<const std::byte> bytes);

}  // namespace exeunt
