#pragma once

#include <exeunt/api.h>
#include <exeunt/tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace EXEUNT_API exeunt {

/// Named arrays, as in an `.npz` file. Ordered by name.
using Arrays = std::map<std::string, Tensor>;

/// Reads one NumPy `.npy` file (format 1 to 3, C order, little endian; element types of DType).
/// @throws Error file if it cannot be read, format if it is damaged or of an unsupported kind
///         (Fortran order, big endian, objects, strings), shape for an array of 2 GB or more.
Tensor read_npy(const std::filesystem::path& path);

/// Writes one `.npy` file, whole or not at all (a temporary file beside it is renamed).
/// bf16 has no NumPy type and is written as its 16-bit patterns (`u2`).
/// @throws Error file if it cannot be written.
void write_npy(const std::filesystem::path& path, TensorView array);

/// Reads every array of an `.npz` file, stored or deflated. @throws as read_npy
Arrays read_npz(const std::filesystem::path& path);

/// Writes an `.npz` file (deflated), whole or not at all. @throws Error file
void write_npz(const std::filesystem::path& path, const Arrays& arrays);

/// The same elements in another type: floats beyond an integer's range give its nearest end, NaN gives 0.
Tensor cast_array(const TensorView& array, DType to);

}  // namespace exeunt
