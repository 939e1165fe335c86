#include "cpu/onednn/eltwise.h"

namespace exeunt::cpu {

namespace {

/// One number a channel, or one for all, beside a value of `rank`.
dnnl::memory::desc beside_channels(const Tensor& numbers, int rank) {
  dnnl::memory::dims dims(static_cast<std::size_t>(rank), 1);
  if (numbers.elements() != 1) dims[1] = numbers.elements();
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::dims(dims.size(), 1)};
}

Candidate make_candidate(const ops::ScaleShift& op, const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const int rank = std::max(shape.rank(), 1);
  // Beside a broadcast operand oneDNN reads wrong elements in other orders of the axes.
  const bool kept = node.layouts[0] == Layout::channels_last(shape.rank());
  const Layout layout = kept ? node.layouts[0] : Layout::row_major(shape.rank());
  const dnnl::memory::desc x = describe_memory(shape, layout);
  const dnnl::memory::desc scale = beside_channels(*node.constant(1), rank);
  const dnnl::memory::desc shift = beside_channels(*node.constant(2), rank);
  dnnl::post_ops after;
  after.append_binary(dnnl::algorithm::binary_add, shift);
  append_activation_of(after, op);
  dnnl::primitive_attr attributes = base_attributes();
  attributes.set_post_ops(after);
  const dnnl::binary::desc description(dnnl::algorithm::binary_mul, x, scale, x);
  const dnnl::binary::primitive_desc primitive(description, attributes, dnnl_engine());
  const int shift_argument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;
  return primitive_candidate(dnnl::binary(primitive), primitive,
                             {{DNNL_ARG_SRC_0, x, 0, {}},
                              {DNNL_ARG_SRC_1, scale, -1, pack_constant(*node.constant(1), scale, scale)},
                              {shift_argument, shift, -1, pack_constant(*node.constant(2), shift, shift)},
                              {DNNL_ARG_DST, x, 1, {}}},
                             {{0, layout}}, layout);
}

}  // namespace

Offer library_offer(const ops::ScaleShift& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  if (node.constant(1) == nullptr || node.constant(2) == nullptr)
    return "a scale or shift that is computed at run time";
  return offer_or_reason([&] { return make_candidate(op, node); });
}

}  // namespace exeunt::cpu
