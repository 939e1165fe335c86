#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

namespace {

/// Softmax or its logarithm.
template <class Primitive>
Candidate make_candidate(std::int64_t axis, const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const Layout layout = Layout::row_major(shape.rank());
  const dnnl::memory::desc x = describe_memory(shape, layout);
  const typename Primitive::desc description(dnnl::prop_kind::forward_inference, x, normalize_axis(axis, shape.rank()));
  const typename Primitive::primitive_desc primitive(description, base_attributes(), dnnl_engine());
  return primitive_candidate(Primitive(primitive), primitive, {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, x, 1, {}}},
                             {{0, layout}}, layout);
}

}  // namespace

Offer library_offer(const ops::Softmax& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return offer_or_reason([&] { return make_candidate<dnnl::softmax_forward>(op.axis, node); });
}

Offer library_offer(const ops::LogSoftmax& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return offer_or_reason([&] { return make_candidate<dnnl::logsoftmax_forward>(op.axis, node); });
}

}  // namespace exeunt::cpu
