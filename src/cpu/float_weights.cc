#include "cpu/float_weights.h"

#include "base/half.h"

namespace exeunt::cpu {

bool has_16_bit_weights(const NodeView& node) {
  const TensorType* x = node.operand_type(0);
  const TensorType* w = node.operand_type(1);
  return x != nullptr && w != nullptr && x->dtype == DType::f32 && is_16_bit_float(w->dtype);
}

const Tensor& floats_of(const Tensor& weights, Tensor& storage) {
  if (!is_16_bit_float(weights.dtype())) return weights;
  storage = Tensor({DType::f32, weights.shape()});
  const bool is_bf16 = weights.dtype() == DType::bf16;
  for (std::size_t i = 0; float& to : storage.mutable_span<float>()) {
    to = is_bf16 ? static_cast<float>(weights.span<BFloat16>()[i]) : static_cast<float>(weights.span<Half>()[i]);
    ++i;
  }
  return storage;
}

}  // namespace exeunt::cpu
