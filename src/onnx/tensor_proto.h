#pragma once

#include <onnx/onnx_pb.h>

#include <exeunt/tensor.h>

#include <filesystem>

namespace exeunt {

/// ONNX's number of an element type as ours. @throws Error unsupported (strings, complex, 4- and 8-bit floats, ...)
DType dtype_of_onnx(std::int64_t onnx_type);

/// A tensor of the file, from raw bytes, typed fields or an external file below `folder`.
/// @throws Error format if the data does not have the size that dims and type ask for; file if the
///         external file is missing or its path leaves `folder`; unsupported
Tensor tensor_of_proto(const onnx::TensorProto& proto, const std::filesystem::path& folder);

}  // namespace exeunt
