#include <cstring>

#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

/// `v` as a vector [channels] if it is a constant whose only axis other than 1 is `axis` of `shape`.
std::optional<Tensor> channel_vector(const Graph& graph, ValueId v, const Shape& shape, int axis) {
  const Tensor* tensor = graph.constant(v);
  if (tensor == nullptr || tensor->elements() != shape[axis] || tensor->shape().rank() > shape.rank())
    return std::nullopt;
  const int from_end = shape.rank() - axis;
  if (tensor->elements() != 1 &&
      (tensor->shape().rank() < from_end || tensor->shape()[tensor->shape().rank() - from_end] != shape[axis])) {
    return std::nullopt;
  }
  Tensor vector(TensorType{tensor->dtype(), {shape[axis]}});
  std::memcpy(vector.mutable_view().data, tensor->view().data, tensor->bytes());
  return vector;
}

struct BiasMatch {
  Node product;
  ValueId other;
};

template <class T>
std::optional<BiasMatch> operand_made_by(const Rewriter& rewriter, const Node& add) {
  for (const std::size_t i : {0U, 1U}) {
    if (const Node* node = rewriter.sole_producer<T>(add.inputs[i])) return BiasMatch{*node, add.inputs[1 - i]};
  }
  return std::nullopt;
}

void fuse_into_conv(Graph& graph, Rewriter& rewriter, const Node& add, const BiasMatch& match) {
  const auto& op = std::get<ops::Conv>(match.product.op);
  const Shape shape = graph.type(match.product.output).shape;
  if (match.product.inputs.size() != 2 || op.activation != ops::Activation::none) return;
  std::optional<Tensor> bias = channel_vector(graph, match.other, shape, 1);
  if (!bias) return;
  const ValueId vector = graph.add_constant(std::move(*bias), graph.value(match.other).name);
  rewriter.replace_by_node(add, op, {match.product.inputs[0], match.product.inputs[1], vector});
}

/// A product of matrices becomes a Gemm; one of more axes stays what it is.
void fuse_into_matmul(Graph& graph, Rewriter& rewriter, const Node& add, const BiasMatch& match) {
  const auto& op = std::get<ops::MatMul>(match.product.op);
  const Shape a = graph.type(match.product.inputs[0]).shape;
  const Shape b = graph.type(match.product.inputs[1]).shape;
  const Shape shape = graph.type(match.product.output).shape;
  if (match.product.inputs.size() != 2 || op.activation != ops::Activation::none) return;
  if (a.rank() < 2 || b.rank() < 2) return;
  std::optional<Tensor> row = channel_vector(graph, match.other, shape, shape.rank() - 1);
  if (!row) return;
  const ValueId c = graph.add_constant(std::move(*row), graph.value(match.other).name);
  const Op fused = shape.rank() == 2 ? Op(ops::Gemm{}) : Op(op);
  rewriter.replace_by_node(add, fused, {match.product.inputs[0], match.product.inputs[1], c});
}

void fuse_into_gemm(Graph& graph, Rewriter& rewriter, const Node& add, const BiasMatch& match) {
  const auto& op = std::get<ops::Gemm>(match.product.op);
  if (match.product.inputs.size() != 2 || op.activation != ops::Activation::none || op.beta != 1) return;
  std::optional<Tensor> row = channel_vector(graph, match.other, graph.type(add.output).shape, 1);
  if (!row) return;
  const ValueId c = graph.add_constant(std::move(*row), graph.value(match.other).name);
  rewriter.replace_by_node(add, op, {match.product.inputs[0], match.product.inputs[1], c});
}

}  // namespace

int fuse_bias(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node add = graph.node(id);
    const auto* binary = std::get_if<ops::Binary>(&add.op);
    if (binary == nullptr || binary->fn != ops::BinaryFn::Add) continue;
    if (const auto conv = operand_made_by<ops::Conv>(rewriter, add)) {
      if (graph.type(conv->product.output) == graph.type(add.output)) fuse_into_conv(graph, rewriter, add, *conv);
    } else if (const auto product = operand_made_by<ops::MatMul>(rewriter, add)) {
      if (graph.type(product->product.output) == graph.type(add.output))
        fuse_into_matmul(graph, rewriter, add, *product);
    } else if (const auto gemm = operand_made_by<ops::Gemm>(rewriter, add)) {
      if (graph.type(gemm->product.output) == graph.type(add.output)) fuse_into_gemm(graph, rewriter, add, *gemm);
    }
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
