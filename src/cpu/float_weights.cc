#include "cpu/float_weights.h"

#include "base/half.h"

namespace exeunt::cpu {

bool has_short_weights(const NodeView& node) {
  const TensorType* x = node.operand_type(0);
  const TensorType* w = node.operand_type(1);
  return x != nullptr && w != nullptr && x->dtype == DType::f32 && is_short(w->dtype);
}

const Tensor& floats_of(const Tensor& weights, Tensor& storage) {
  if (!is_short(weights.dtype())) return weights;
  storage = Tensor({DType::f32, weights.shape()});
  const auto* from = reinterpret_cast<const BFloat16*>(weights.view().data);
  for (float& to : storage.mutable_span<float>()) {
    const BFloat16 bits = *from++;
    Half half;
    half.bits = bits.bits;
    to = weights.dtype() == DType::bf16 ? static_cast<float>(bits) : static_cast<float>(half);
  }
  return storage;
}

}  // namespace exeunt::cpu
