#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cpu/kernels/half_conv.h"
#include "plan/backend.h"

namespace exeunt::cpu {

// One function for each op that has CPU kernels of our own. `node.node.op` holds the op.
Offer offer(const ops::Conv& op, const NodeView& node);
Offer offer(const ops::Gemm& op, const NodeView& node);
Offer offer(const ops::MatMul& op, const NodeView& node);
Offer offer(const ops::Cast& op, const NodeView& node);
Offer offer(const ops::Pool& op, const NodeView& node);
Offer offer(const ops::Softmax& op, const NodeView& node);
Offer offer(const ops::LogSoftmax& op, const NodeView& node);
Offer offer(const ops::LayerNorm& op, const NodeView& node);
Offer offer(const ops::Lrn& op, const NodeView& node);
Offer offer(const ops::ScaleShift& op, const NodeView& node);
Offer offer(const ops::Unary& op, const NodeView& node);
Offer offer(const ops::Binary& op, const NodeView& node);
Offer offer(const ops::Slice& op, const NodeView& node);
Offer offer(const ops::Pad& op, const NodeView& node);
Offer offer(const ops::Concat& op, const NodeView& node);
Offer offer(const ops::Expand& op, const NodeView& node);
Offer offer(const ops::Quantize& op, const NodeView& node);
Offer offer(const ops::Dequantize& op, const NodeView& node);
Offer offer(const ops::QuantizedConv& op, const NodeView& node);
Offer offer(const ops::QuantizedAdd& op, const NodeView& node);

/// The same where x is of the 16-bit floats that `kernels` take.
Offer half_conv_offer(const ops::Conv& op, const NodeView& node, const HalfKernels& kernels);

/// The same where x is f32 and the weights are f16 or bf16.
Offer half_product_offer(const ops::Gemm& op, const NodeView& node);

/// Why kernels for f32 cannot take the node at all (an operand that is not f32, an empty tensor); empty if they can.
/// @param may_have_16_bit_weights  operand 1 may be f16 or bf16
std::string refuse_types(const NodeView& node, bool may_have_16_bit_weights = false);

}  // namespace exeunt::cpu
