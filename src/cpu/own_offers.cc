#include "cpu/conv_candidates.h"
#include "cpu/elementwise.h"
#include "cpu/float_weights.h"
#include "cpu/gemm.h"
#include "cpu/lrn.h"
#include "cpu/offer.h"
#include "cpu/pool.h"
#include "cpu/softmax.h"

namespace exeunt::cpu {

namespace {

constexpr const char* kNone = "no kernel of our own for these parameters";

Offer offer_of(std::vector<Candidate> own) {
  if (own.empty()) return kNone;
  return own;
}

Offer offer_of(std::optional<Candidate> own) {
  if (!own) return kNone;
  return std::vector{std::move(*own)};
}

/// What `make` gives, if the node is one for f32 kernels.
template <class Make>
Offer offer_f32(const NodeView& node, Make&& make) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return offer_of(make());
}

/// Whether operand `i` is a constant or left out.
bool is_fixed(const NodeView& node, std::size_t i) {
  return node.operand_type(i) == nullptr || node.weights(i) != nullptr;
}

}  // namespace

std::string refuse_types(const NodeView& node, bool may_have_16_bit_weights) {
  const auto refuse = [](const TensorType& type, bool may_be_16_bit) -> std::string {
    if (type.dtype != DType::f32 && !(may_be_16_bit && is_16_bit_float(type.dtype)))
      return std::string(dtype_name(type.dtype)) + " operands; the CPU kernels take f32";
    if (type.shape.elements() == 0) return "an empty tensor";
    if (type.shape.rank() > 6) return "more than 6 axes";
    return "";
  };
  for (std::size_t i = 0; i < node.node.inputs.size(); ++i) {
    if (const TensorType* type = node.operand_type(i)) {
      const bool may_be_16_bit = i == 1 && may_have_16_bit_weights;
      if (std::string reason = refuse(*type, may_be_16_bit); !reason.empty()) return reason;
    }
  }
  return refuse(node.result_type(), false);
}

Offer offer(const ops::Conv& op, const NodeView& node) {
  if (const HalfKernels* halves = active_half_kernels(node.operand_type(0)->dtype, node.wanted))
    return half_conv_offer(op, node, *halves);
  if (!is_fixed(node, 1)) return "weights that are computed at run time";
  if (!is_fixed(node, 2) || !is_fixed(node, 4)) return "a bias or scale that is computed at run time";
  if (std::string reason = refuse_types(node, true); !reason.empty()) return reason;
  return offer_of(own_conv_candidates(op, node));
}

Offer offer(const ops::Gemm& op, const NodeView& node) {
  if (has_16_bit_weights(node)) return half_product_offer(op, node);
  return offer_f32(node, [&] { return own_product_candidates(op, node); });
}

Offer offer(const ops::MatMul& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_product_candidates(op, node); });
}

Offer offer(const ops::Pool& op, const NodeView& node) {
  const DType dtype = node.operand_type(0)->dtype;
  const bool is_short = dtype == DType::u8 || active_half_kernels(dtype) != nullptr;
  const bool applies = is_short && node.result_type().shape.elements() > 0;
  if (std::optional<Candidate> candidate = applies ? pool_candidate(op, node) : std::nullopt)
    return std::vector{std::move(*candidate)};
  return offer_f32(node, [&] { return pool_candidate(op, node); });
}

Offer offer(const ops::Softmax& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_softmax_candidates(op.axis, false, node); });
}

Offer offer(const ops::LogSoftmax& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_softmax_candidates(op.axis, true, node); });
}

Offer offer(const ops::Lrn& op, const NodeView& node) {
  return offer_f32(node, [&] { return lrn_candidate(op, node); });
}

Offer offer(const ops::ScaleShift& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_scale_shift_candidate(op, node); });
}

Offer offer(const ops::Unary& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_unary_candidate(op, node); });
}

Offer offer(const ops::Binary& op, const NodeView& node) {
  return offer_f32(node, [&] { return own_binary_candidate(op, node); });
}

}  // namespace exeunt::cpu
