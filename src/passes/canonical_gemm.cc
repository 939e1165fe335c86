#include <algorithm>
#include <array>

#include "base/dtype.h"
#include "passes/passes.h"
#include "passes/permutation.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

Tensor scaled(const Tensor& tensor, double factor) {
  Tensor result = tensor.clone();
  dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) {
      for (T& value : result.mutable_span<T>()) value = convert<T>(widen(value) * factor);
    }
  });
  return result;
}

/// A constant bias of one number or a row, as a row.
Tensor row_of(const Tensor& bias, std::int64_t columns) {
  Tensor row(TensorType{bias.dtype(), {columns}});
  const std::array in = {bias.view()};
  const std::array out = {row.mutable_view()};
  run_reference(ops::Expand{{columns}}, in, out);
  return row;
}

/// A Gemm while its constants are brought to one form.
class NormalGemm {
 public:
  NormalGemm(Graph& graph, const ops::Gemm& gemm, const Node& node)
      : op(gemm), operands(node.inputs), graph_(graph), result_(graph.type(node.output).shape) {}

  void run() {
    turn(0, op.trans_a);
    turn(1, op.trans_b);
    if (op.alpha != 1 && is_float(1)) scale(1, op.alpha);
    if (operands.size() < 3 || operands[2] == kNoValue) {
      op.beta = 1;
      return;
    }
    if (op.beta != 1 && is_float(2)) scale(2, op.beta);
    const Tensor* bias = graph_.constant(operands[2]);
    if (bias == nullptr) return;
    const Shape& shape = bias->shape();
    const bool is_row = shape.rank() == 0 || (shape.elements() == shape[shape.rank() - 1] && shape.rank() <= 2);
    if (is_row && shape != Shape{result_[1]}) {
      const Tensor flat = reshaped(*bias, {shape.elements()});
      replace(2, row_of(flat, result_[1]));
    }
  }

  ops::Gemm op;
  std::vector<ValueId> operands;

 private:
  bool is_float(std::size_t i) const {
    const Tensor* tensor = graph_.constant(operands[i]);
    return tensor != nullptr && exeunt::is_float(tensor->dtype());
  }
  void replace(std::size_t i, Tensor tensor) {
    operands[i] = graph_.add_constant(std::move(tensor), graph_.value(operands[i]).name);
  }
  void turn(std::size_t i, bool& transposed) {
    const Tensor* tensor = graph_.constant(operands[i]);
    if (tensor == nullptr || !transposed) return;
    replace(i, permuted(*tensor, {1, 0}));
    transposed = false;
  }
  void scale(std::size_t i, double& factor) {
    replace(i, scaled(*graph_.constant(operands[i]), factor));
    factor = 1;
  }

  Graph& graph_;
  Shape result_;
};

/// The node as a Gemm, if it is the product of two matrices.
std::optional<ops::Gemm> as_gemm(const Graph& graph, const Node& node) {
  if (const auto* gemm = std::get_if<ops::Gemm>(&node.op)) return *gemm;
  const auto* product = std::get_if<ops::MatMul>(&node.op);
  if (product == nullptr || node.inputs.size() > 3) return std::nullopt;
  if (graph.type(node.inputs[0]).shape.rank() != 2 || graph.type(node.inputs[1]).shape.rank() != 2) return std::nullopt;
  return ops::Gemm{.activation = product->activation,
                   .activation_alpha = product->activation_alpha,
                   .activation_beta = product->activation_beta};
}

}  // namespace

int canonical_gemm(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node node = graph.node(id);
    const std::optional<ops::Gemm> gemm = as_gemm(graph, node);
    if (!gemm || !rewriter.is_used(node.output)) continue;
    NormalGemm normal(graph, *gemm, node);
    normal.run();
    if (Op(normal.op) == node.op && normal.operands == node.inputs) continue;
    rewriter.replace_by_node(node, normal.op, normal.operands);
  }
  return rewriter.rewrites();
}

}  // namespace exeunt
