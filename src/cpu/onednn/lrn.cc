#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

namespace {

Offer make_offer(const ops::Lrn& op, const Shape& shape) {
  return offer_or_reason([&] {
    const Layout layout = Layout::channels_last(shape.rank());
    const dnnl::memory::desc x = describe_memory(shape, layout);
    const dnnl::lrn_forward::desc description(dnnl::prop_kind::forward_inference, dnnl::algorithm::lrn_across_channels,
                                              x, op.size, static_cast<float>(op.alpha), static_cast<float>(op.beta),
                                              static_cast<float>(op.bias));
    const dnnl::lrn_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
    return primitive_candidate(dnnl::lrn_forward(primitive), primitive,
                               {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, x, 1, {}}}, {{0, layout}}, layout);
  });
}

}  // namespace

Offer library_offer(const ops::Lrn& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  const Shape& shape = node.result_type().shape;
  if (op.size % 2 == 0) return "a window of even size";  // oneDNN takes it for the odd one below
  if (shape.rank() < 3) return "no spatial axis";
  return make_offer(op, shape);
}

}  // namespace exeunt::cpu
