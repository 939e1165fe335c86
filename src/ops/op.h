#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "ops/arg_reduce.h"
#include "ops/batch_norm.h"
#include "ops/binary.h"
#include "ops/cast.h"
#include "ops/compare.h"
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/conv_transpose.h"
#include "ops/cum_sum.h"
#include "ops/expand.h"
#include "ops/gather.h"
#include "ops/gather_elements.h"
#include "ops/gather_nd.h"
#include "ops/gemm.h"
#include "ops/layer_norm.h"
#include "ops/log_softmax.h"
#include "ops/lrn.h"
#include "ops/matmul.h"
#include "ops/max_pool_indices.h"
#include "ops/one_hot.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/quantize.h"
#include "ops/quantized_add.h"
#include "ops/quantized_conv.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/scale_shift.h"
#include "ops/scatter.h"
#include "ops/shape_of.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/tile.h"
#include "ops/top_k.h"
#include "ops/transpose.h"
#include "ops/unary.h"
#include "ops/where.h"

namespace exeunt {

/// Every operation of a graph. Closed: an op without a shape rule or a reference does not compile.
using Op =
    std::variant<ops::ArgReduce, ops::BatchNorm, ops::Binary, ops::Cast, ops::Compare, ops::Concat, ops::Conv,
                 ops::ConvTranspose, ops::CumSum, ops::Dequantize, ops::Expand, ops::Gather, ops::GatherElements,
                 ops::GatherND, ops::Gemm, ops::LayerNorm, ops::LogSoftmax, ops::Lrn, ops::MatMul, ops::MaxPoolIndices,
                 ops::OneHot, ops::Pad, ops::Pool, ops::Quantize, ops::QuantizedAdd, ops::QuantizedConv, ops::Reduce,
                 ops::Reshape, ops::Resize, ops::ScaleShift, ops::ScatterElements, ops::ScatterND, ops::ShapeOf,
                 ops::Slice, ops::Softmax, ops::Tile, ops::TopK, ops::Transpose, ops::Unary, ops::Where>;

/// The op's name in texts, "Conv" or, for families, the member's: "Add".
std::string_view op_name(const Op& op) noexcept;

/// One op of every name with default fields: what the text parser starts from.
std::span<const Op> op_prototypes();

/// The type of the result for operands of these types. @throws Error shape, dtype, argument
TensorType infer_type(const Op& op, ops::Types in);

/// Computes the result slowly and exactly as documented, on row-major tensors. The operands have
/// been through infer_type; `out` has its result type.
void run_reference(const Op& op, ops::Inputs in, ops::Outputs out);

/// Estimated work in multiply-adds or element operations: what the path-to-exit law counts. Moving
/// bytes without arithmetic counts an element each, a reshape nothing.
double estimate_work(const Op& op, ops::Types in, const TensorType& out);

/// Multiply-accumulates of convolutions and matrix products; 0 for other ops.
double count_macs(const Op& op, ops::Types in, const TensorType& out);

}  // namespace exeunt
