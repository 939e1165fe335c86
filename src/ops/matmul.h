#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// NumPy matrix product: the last two axes multiply, the ones before broadcast; a 1-D operand is a
/// row (left) or column (right) whose axis disappears from the result.
///
/// Operands: a, b of rank 1 or more, numbers of one dtype; integers wrap. Source: ONNX MatMul-1, -9, -13.
struct MatMul {
  static constexpr std::string_view kName = "MatMul";
  bool operator==(const MatMul&) const = default;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

TensorType infer(const MatMul& op, Types in);
void reference(const MatMul& op, Inputs in, Outputs out);
double work(const MatMul& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
