#include "cpu/float_weights.h"
#include "cpu/onednn/eltwise.h"

namespace exeunt::cpu {

namespace {

/// A matrix as stored, seen transposed if asked.
dnnl::memory::desc matrix(const Shape& shape, bool transposed) {
  const std::int64_t rows = shape[transposed ? 1 : 0];
  const std::int64_t columns = shape[transposed ? 0 : 1];
  using Dims = dnnl::memory::dims;
  return {Dims{rows, columns}, dnnl::memory::data_type::f32, transposed ? Dims{1, rows} : Dims{columns, 1}};
}

/// The product of two operands; a constant right one is packed. `b` is the right one as it is stored.
Candidate make_candidate(const NodeView& node, const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                         const dnnl::memory::desc& bias, const dnnl::memory::desc& y,
                         const dnnl::primitive_attr& attributes) {
  const Tensor* weights = node.constant(1);
  const dnnl::memory::desc wanted =
      weights == nullptr ? b
                         : dnnl::memory::desc(b.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
  const dnnl::matmul::desc description =
      bias.is_zero() ? dnnl::matmul::desc(a, wanted, y) : dnnl::matmul::desc(a, wanted, bias, y);
  const dnnl::matmul::primitive_desc primitive(description, attributes, dnnl_engine());
  std::vector<PrimitiveArg> args = {{DNNL_ARG_SRC, a, 0, {}}};
  std::vector<OperandUse> uses = {{0, Layout::row_major(node.operand_type(0)->shape.rank())}};
  if (weights != nullptr) {
    args.push_back({DNNL_ARG_WEIGHTS, {}, -1, pack_constant(*weights, b, primitive.weights_desc())});
  } else {
    args.push_back({DNNL_ARG_WEIGHTS, b, 1, {}});
    uses.push_back({1, Layout::row_major(node.operand_type(1)->shape.rank())});
  }
  if (!bias.is_zero()) args.push_back({DNNL_ARG_BIAS, {}, -1, pack_constant(*node.constant(2), bias, bias)});
  args.push_back({DNNL_ARG_DST, y, static_cast<int>(uses.size()), {}});
  return primitive_candidate(dnnl::matmul(primitive), primitive, std::move(args), std::move(uses),
                             Layout::row_major(node.result_type().shape.rank()));
}

template <class Product>
dnnl::primitive_attr attributes_for(const Product& op) {
  dnnl::primitive_attr attributes = base_attributes();
  if constexpr (requires { op.alpha; }) {
    if (op.alpha != 1) attributes.set_output_scales(0, {static_cast<float>(op.alpha)});
  }
  dnnl::post_ops after;
  append_activation_of(after, op);
  attributes.set_post_ops(after);
  return attributes;
}

/// Why oneDNN does not take the operand behind the matrices; empty if it does.
std::string refuse_bias(const ops::Gemm& op, const NodeView& node) {
  const TensorType* c = node.operand_type(2);
  if (c == nullptr) return "";
  // oneDNN scales the sum of product and bias together.
  if (op.beta != 1 || op.alpha != 1) return "alpha or beta beside a bias";
  if (node.constant(2) == nullptr) return "a bias that is computed at run time";
  const std::int64_t columns = node.result_type().shape[1];
  const int rank = c->shape.rank();
  if (c->shape.elements() != columns || (rank > 0 && c->shape[rank - 1] != columns)) return "a bias that is not a row";
  return "";
}

std::string refuse_operands(const ops::MatMul&, const NodeView& node) {
  if (node.operand_type(0)->shape.rank() < 2 || node.operand_type(1)->shape.rank() < 2)
    return "a one-dimensional operand";
  if (node.operand_type(2) != nullptr && node.constant(2) == nullptr) return "a bias that is computed at run time";
  if (node.operand_type(3) != nullptr) return "a residual";
  return "";
}

}  // namespace

Offer library_offer(const ops::Gemm& op, const NodeView& node) {
  // What our own kernels have against 16-bit weights is the better reason.
  if (has_16_bit_weights(node)) return std::string();
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  if (std::string reason = refuse_bias(op, node); !reason.empty()) return reason;
  const Shape& ys = node.result_type().shape;
  const dnnl::memory::desc bias =
      node.operand_type(2) == nullptr ? dnnl::memory::desc() : describe_row_major(Shape{ys[1]}, 2);
  return offer_or_reason([&] {
    return make_candidate(node, matrix(node.operand_type(0)->shape, op.trans_a),
                          matrix(node.operand_type(1)->shape, op.trans_b), bias, matrix(ys, false), attributes_for(op));
  });
}

Offer library_offer(const ops::MatMul& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  if (std::string reason = refuse_operands(op, node); !reason.empty()) return reason;
  const int rank = node.result_type().shape.rank();
  const dnnl::memory::desc bias =
      node.operand_type(2) == nullptr ? dnnl::memory::desc() : describe_row_major(node.operand_type(2)->shape, rank);
  return offer_or_reason([&] {
    return make_candidate(node, describe_row_major(node.operand_type(0)->shape, rank),
                          describe_row_major(node.operand_type(1)->shape, rank), bias,
                          describe_row_major(node.result_type().shape, rank), attributes_for(op));
  });
}

}  // namespace exeunt::cpu
