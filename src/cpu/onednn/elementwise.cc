#include "cpu/onednn/eltwise.h"

namespace exeunt::cpu {

using dnnl::algorithm;

/// Not Softplus: oneDNN's falls below 0 for x under -15 or so.
std::optional<Eltwise> activation_of(const ops::Unary& op) {
  const auto alpha = static_cast<float>(op.alpha);
  const auto beta = static_cast<float>(op.beta);
  switch (op.fn) {
    case ops::UnaryFn::Clip:
      return Eltwise{algorithm::eltwise_clip, alpha, beta};
    case ops::UnaryFn::Elu:
      return Eltwise{algorithm::eltwise_elu, alpha};
    case ops::UnaryFn::Gelu:
      return Eltwise{algorithm::eltwise_gelu_erf};
    case ops::UnaryFn::GeluTanh:
      return Eltwise{algorithm::eltwise_gelu_tanh};
    case ops::UnaryFn::HardSwish:
      return Eltwise{algorithm::eltwise_hardswish};
    case ops::UnaryFn::LeakyRelu:
      return Eltwise{algorithm::eltwise_relu, alpha};
    case ops::UnaryFn::Mish:
      return Eltwise{algorithm::eltwise_mish};
    case ops::UnaryFn::Relu:
      return Eltwise{algorithm::eltwise_relu};
    case ops::UnaryFn::Sigmoid:
      return Eltwise{algorithm::eltwise_logistic};
    case ops::UnaryFn::Swish:
      return Eltwise{algorithm::eltwise_swish, alpha};
    case ops::UnaryFn::Tanh:
      return Eltwise{algorithm::eltwise_tanh};
    default:
      return std::nullopt;
  }
}

void append_activation(dnnl::post_ops& steps, const ops::Unary& function) {
  const auto append = [&](const Eltwise& f) { steps.append_eltwise(1.0F, f.kind, f.alpha, f.beta); };
  if (const std::optional<Eltwise> f = activation_of(function)) return append(*f);
  require(function.fn == ops::UnaryFn::HardSigmoid, ErrorCode::internal, "oneDNN does not fuse {}", function.name());
  append({algorithm::eltwise_linear, static_cast<float>(function.alpha), static_cast<float>(function.beta)});
  append({algorithm::eltwise_clip, 0, 1});
}

namespace {

std::optional<Eltwise> eltwise_of(const ops::Unary& op) {
  switch (op.fn) {
    case ops::UnaryFn::Abs:
      return Eltwise{algorithm::eltwise_abs};
    case ops::UnaryFn::Exp:
      return Eltwise{algorithm::eltwise_exp};
    case ops::UnaryFn::Neg:
      return Eltwise{algorithm::eltwise_linear, -1, 0};
    case ops::UnaryFn::Reciprocal:
      return Eltwise{algorithm::eltwise_pow, 1, -1};
    case ops::UnaryFn::Sqrt:
      return Eltwise{algorithm::eltwise_sqrt};
    default:
      return activation_of(op);
  }
}

std::optional<algorithm> binary_of(ops::BinaryFn fn) {
  switch (fn) {
    case ops::BinaryFn::Add:
      return algorithm::binary_add;
    case ops::BinaryFn::Div:
      return algorithm::binary_div;
    case ops::BinaryFn::Max:
      return algorithm::binary_max;
    case ops::BinaryFn::Min:
      return algorithm::binary_min;
    case ops::BinaryFn::Mul:
      return algorithm::binary_mul;
    case ops::BinaryFn::Sub:
      return algorithm::binary_sub;
    default:
      return std::nullopt;
  }
}

/// Elementwise steps keep whatever layout their operand has.
Candidate eltwise_candidate(const Eltwise& f, const NodeView& node) {
  const Layout& layout = node.layouts[0];
  const dnnl::memory::desc x = describe_memory(node.result_type().shape, layout);
  const dnnl::eltwise_forward::desc description(dnnl::prop_kind::forward_inference, f.kind, x, f.alpha, f.beta);
  const dnnl::eltwise_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
  return primitive_candidate(dnnl::eltwise_forward(primitive), primitive,
                             {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, x, 1, {}}}, {{0, layout}}, layout);
}

/// `large` is the operand of the result's shape; oneDNN broadcasts the other one only.
Candidate binary_candidate(algorithm kind, const NodeView& node, std::size_t large) {
  const std::size_t small = 1 - large;
  const Shape& shape = node.result_type().shape;
  const Shape& other = node.operand_type(small)->shape;
  // Beside a broadcast operand oneDNN reads wrong elements in other orders of the axes.
  const Layout& given = node.layouts[large];
  const bool usual = given == Layout::row_major(shape.rank()) || given == Layout::channels_last(shape.rank());
  const Layout layout = other == shape || usual ? given : Layout::row_major(shape.rank());
  const Layout other_layout = other == shape ? layout : Layout::row_major(other.rank());
  const dnnl::memory::desc x = describe_memory(shape, layout);
  const dnnl::memory::desc y = other == shape ? x : describe_row_major(other, std::max(shape.rank(), 1));
  const dnnl::binary::desc description(kind, x, y, x);
  const dnnl::binary::primitive_desc primitive(description, base_attributes(), dnnl_engine());
  return primitive_candidate(dnnl::binary(primitive), primitive,
                             {{DNNL_ARG_SRC_0, x, 0, {}}, {DNNL_ARG_SRC_1, y, 1, {}}, {DNNL_ARG_DST, x, 2, {}}},
                             {{large, layout}, {small, other_layout}}, layout);
}

Candidate prelu_candidate(const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const Shape& slope = node.operand_type(1)->shape;
  const Layout& layout = node.layouts[0];
  const dnnl::memory::desc x = describe_memory(shape, layout);
  const dnnl::memory::desc w = describe_row_major(slope, std::max(shape.rank(), 1));
  const dnnl::prelu_forward::desc description(dnnl::prop_kind::forward_inference, x, w);
  const dnnl::prelu_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
  return primitive_candidate(dnnl::prelu_forward(primitive), primitive,
                             {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_WEIGHTS, w, 1, {}}, {DNNL_ARG_DST, x, 2, {}}},
                             {{0, layout}, {1, Layout::row_major(slope.rank())}}, layout);
}

Offer library_unary(const ops::Unary& op, const NodeView& node) {
  const std::optional<Eltwise> f = eltwise_of(op);
  // oneDNN has a logarithm, but log(1) is -1.4e-6 there.
  if (!f) return "no CPU kernel for this function";
  return offer_or_reason([&] { return eltwise_candidate(*f, node); });
}

Offer library_binary(const ops::Binary& op, const NodeView& node) {
  if (op.fn == ops::BinaryFn::Pow) {
    const Tensor* exponent = node.constant(1);
    if (exponent == nullptr || exponent->elements() != 1) return "an exponent that is not one constant";
    if (node.operand_type(0)->shape != node.result_type().shape) return "a base that is broadcast";
    return offer_or_reason([&] {
      return eltwise_candidate({algorithm::eltwise_pow, 1, exponent->span<float>()[0]}, node);
    });
  }
  if (op.fn == ops::BinaryFn::PRelu) return offer_or_reason([&] { return prelu_candidate(node); });
  const std::optional<algorithm> kind = binary_of(op.fn);
  if (!kind) return "no CPU kernel for this function";
  const bool commutes = *kind != algorithm::binary_sub && *kind != algorithm::binary_div;
  const Shape& shape = node.result_type().shape;
  for (const std::size_t large : {std::size_t{0}, std::size_t{1}}) {
    if (node.operand_type(large)->shape == shape && (large == 0 || commutes)) {
      return offer_or_reason([&] { return binary_candidate(*kind, node, large); });
    }
  }
  return "both operands are broadcast, or the left one of a difference or quotient is";
}

}  // namespace

Offer library_offer(const ops::Unary& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return library_unary(op, node);
}

Offer library_offer(const ops::Binary& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return library_binary(op, node);
}

}  // namespace exeunt::cpu
