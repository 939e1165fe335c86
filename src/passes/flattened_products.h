#pragma once

#include <optional>

#include "passes/transposed_forms.h"

namespace exeunt {

struct Product {
  Op op;
  std::vector<ValueId> operands;
};

/// A matrix product whose operands are transposed, as one of what stands before the Transposes: a matrix is read the
/// other way, and where a tensor is flattened, rows of the constant weights change places. Nothing if it cannot be had.
std::optional<Product> before_product(Graph& graph, TransposedForms& forms, const ops::Gemm& op, const Node& node);
std::optional<Product> before_product(Graph& graph, TransposedForms& forms, const ops::MatMul& op, const Node& node);

}  // namespace exeunt
