#pragma once

#include <span>

#include "base/dtype.h"
#include "base/error.h"
#include "base/shape.h"

namespace exeunt::ops {

/// Types of a node's operands; a null pointer is an optional operand left out. Trailing operands
/// that are left out need not be listed.
using Types = std::span<const TensorType* const>;

/// Operands and results of a reference; `!present()` is an optional operand left out.
using Inputs = std::span<const TensorView>;
using Outputs = std::span<const MutableTensorView>;

/// The type of operand `i`, or null if it is left out.
inline const TensorType* optional_type(Types in, std::size_t i) noexcept { return i < in.size() ? in[i] : nullptr; }

/// The type of operand `i`. @throws Error argument if it is left out.
inline const TensorType& type_at(Types in, std::size_t i) {
  const TensorType* type = optional_type(in, i);
  require(type != nullptr, ErrorCode::argument, "operand {} is missing", i);
  return *type;
}

/// Operand `i` of a reference; not present if it is left out.
inline TensorView optional_operand(Inputs in, std::size_t i) noexcept { return i < in.size() ? in[i] : TensorView{}; }

/// @throws Error dtype unless `type` is a float type.
inline void require_float(const TensorType& type, std::string_view what) {
  require(is_float(type.dtype), ErrorCode::dtype, "{} is {}; a float type is needed", what, dtype_name(type.dtype));
}

/// @throws Error dtype unless both have one dtype.
inline void require_same_dtype(const TensorType& a, const TensorType& b) {
  require(a.dtype == b.dtype, ErrorCode::dtype, "operands are {} and {}; they must have one element type",
          dtype_name(a.dtype), dtype_name(b.dtype));
}

}  // namespace exeunt::ops
