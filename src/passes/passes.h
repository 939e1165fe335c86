#pragma once

#include "graph/graph.h"

namespace exeunt {

// Every pass: rewrites the graph in place and returns the number of rewrites. It leaves dead nodes to
// the runner, is idempotent, and never makes the path to any exit longer. See pipeline.h.

/// Conv(Dequantize(x), Dequantize(w), Dequantize(b)) -> Conv on the integers themselves, as floats, with the product of
/// the scales behind the sum. While a sum stays under 2^24 it is then exact in f32 in any order, as it is in integer
/// kernels. Declines where it might not, and where the bias has another scale than x and w together.
int exact_quantized_conv(Graph& graph);

/// Quantize to i8 and the Dequantizes that read it -> the same to u8, 128 higher: kernels know one kind of byte.
int unsigned_quantize(Graph& graph);

/// Quantize(Conv(Dequantize(x), integers)), as exact_quantized_conv leaves it, and Quantize(Add(Dequantize(a),
/// Dequantize(b))), clamped or not -> QuantizedConv and QuantizedAdd of the bytes; a convolution that is not quantised
/// again -> QuantizedConv to floats; Quantize(f(Dequantize(x))) of one scale, where f only moves or picks -> f(x).
int fuse_quantized(Graph& graph);

/// Nodes whose operands are all constant become constants, in every arm. Results over 16 MB that are
/// larger than their operands stay (an Expand of a number, say).
int fold_constants(Graph& graph);

/// x unchanged: Identity, Cast to the same type, Reshape to the same shape, Transpose without change,
/// Slice of everything, Pad with nothing, Concat of one, x + 0, x * 1.
int drop_no_ops(Graph& graph);

/// A decision on a softmax that nothing else uses -> a decision on its logits: the score computes what it needs of it.
int decide_on_logits(Graph& graph);

/// log(exp(x) + 1) -> Softplus.
int recognize_softplus(Graph& graph);

/// Max and Min with one constant number, Relu and Clip, and chains of them -> Relu or Clip of floats.
int recognize_clip(Graph& graph);

/// x times a function of x -> Gelu (both forms), Swish, HardSwish or Mish, in any order of the factors.
int recognize_gated_activation(Graph& graph);

/// A scaled and shifted Clip of a scaled and shifted x, from 0 to 1 with 0.5 at 0 -> HardSigmoid.
int recognize_hard_sigmoid(Graph& graph);

/// (x - mean) / sqrt(mean of its squares + epsilon) over the last axes -> LayerNorm; without the mean root mean square
/// normalisation. A constant factor and summand behind it become its scale and bias.
int recognize_layer_norm(Graph& graph);

/// x / (alpha * mean of squares + bias)^beta, the mean an average Pool along the channels -> LRN.
int recognize_lrn(Graph& graph);

/// ReduceMean and ReduceMax over all axes behind the channels -> Pool over the whole plane, then a Reshape if the axes
/// go.
int recognize_global_pool(Graph& graph);

/// Conv, ConvTranspose, Gemm or MatMul with constant weights, then Add, Sub, Mul, Div, Neg with constants or BatchNorm,
/// one number a channel or one for all -> the op with other weights and bias. Declines where anything else uses a
/// result between, and behind the scale of an exact convolution.
int fold_scale_shift(Graph& graph);

/// The same chains before Conv, ConvTranspose, Gemm or MatMul: scale and shift go into weights and bias. Where padding
/// would not be shifted with the rest, or there is no bias, an Add of shift / scale stays.
int fold_input_scale(Graph& graph);

/// The same chains anywhere else -> one op: Mul, Add, Neg or ScaleShift. Along another axis than the channels' a scale
/// and a shift are a Mul and an Add.
int merge_scale_shift(Graph& graph);

/// Pad with constants -> padding of the Conv or Pool behind it, where its own padding means the same.
int fold_pad(Graph& graph);

/// Axes are counted from the front and listed in order; a Reduce over all axes lists none.
int canonical_axes(Graph& graph);

/// Settings of pooling that change nothing get one value: strides where there is one window, ceil_mode where windows
/// end with the input, count_include_pad without padding.
int canonical_pool(Graph& graph);

/// The constant operand of a commutative op comes second; constants that broadcast have no axes of size 1 in front.
int canonical_operands(Graph& graph);

/// The product of two matrices is a Gemm; its constants are stored as [rows, columns], alpha and beta inside them, the
/// bias as a row.
int canonical_gemm(Graph& graph);

/// A bias of zeros is left out.
int drop_zero_bias(Graph& graph);

/// Reshape(Reshape(x)) -> Reshape(x).
int collapse_reshapes(Graph& graph);

/// Slice(Slice(x)) -> Slice(x); bounds lie in the tensor, whole axes are not listed.
int merge_slices(Graph& graph);

/// Equal constants become one, and so do equal nodes, unless a path would run what it does not run now.
int merge_common(Graph& graph);

/// Transposes move towards the exits, through what does not care for the order of axes: they meet others and cancel,
/// become reshapes where only axes of size 1 move, or go into the constant weights of a matrix product. A Transpose of
/// an input may become the input itself, which then tells its order of axes. Declines where any path would pay.
int push_transposes(Graph& graph);

/// Conv(x, w) + c -> Conv(x, w, c) for a constant c of one number a channel, and
/// MatMul(x, w) + c -> Gemm(x, w, c) for matrices and a c that broadcasts to a row, MatMul(x, w, c) for more axes; the
/// same for Gemm(x, w).
int fuse_bias(Graph& graph);

/// Conv(x, w, b) + r -> Conv(x, w, b, r), r of the Conv's shape: the residual add of ResNets. The same for MatMul: that
/// of transformers.
int fuse_residual(Graph& graph);

/// Relu(Conv) -> Conv with activation; the same for Gemm, MatMul and ScaleShift and for every activation that they
/// have.
int fuse_activation(Graph& graph);

}  // namespace exeunt
