#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

Offer offer(const ops::Softmax& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  return offer_or_reason([&] {
    const Shape& shape = node.result_type().shape;
    const Layout layout = Layout::row_major(shape.rank());
    const dnnl::memory::desc x = describe_memory(shape, layout);
    const dnnl::softmax_forward::desc description(dnnl::prop_kind::forward_inference, x,
                                                  normalize_axis(op.axis, shape.rank()));
    const dnnl::softmax_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
    return primitive_candidate(dnnl::softmax_forward(primitive), primitive,
                               {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, x, 1, {}}}, {{0, layout}}, layout);
  });
}

}  // namespace exeunt::cpu
