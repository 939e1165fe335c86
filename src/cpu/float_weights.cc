#include "cpu/float_weights.h"

#include <algorithm>

#include "base/half.h"

namespace exeunt::cpu {

bool has_half_weights(const NodeView& node) {
  const TensorType* x = node.operand_type(0);
  const TensorType* w = node.operand_type(1);
  return x != nullptr && w != nullptr && x->dtype == DType::f32 && w->dtype == DType::f16;
}

const Tensor& floats_of(const Tensor& weights, Tensor& storage) {
  if (weights.dtype() != DType::f16) return weights;
  storage = Tensor({DType::f32, weights.shape()});
  std::ranges::transform(weights.span<Half>(), storage.mutable_span<float>().begin(),
                         [](Half w) { return static_cast<float>(w); });
  return storage;
}

}  // namespace exeunt::cpu
