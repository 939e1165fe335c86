#include <algorithm>

#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

namespace {

/// The padding at the end that makes oneDNN's floor rule give the output size: less than stated where
/// windows do not reach it, more where ceil_mode lets the last one hang over.
dnnl::memory::dims end_padding(const ops::Pool& op, const Shape& x, const Shape& y) {
  dnnl::memory::dims end;
  for (std::size_t a = 0; a < op.kernel.size(); ++a) {
    const int axis = static_cast<int>(a) + 2;
    end.push_back((y[axis] - 1) * op.strides[a] + op.kernel[a] - x[axis] - op.pads[a]);
  }
  return end;
}

}  // namespace

Offer library_offer(const ops::Pool& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  if (std::ranges::any_of(op.dilations, [](std::int64_t d) { return d != 1; })) return "dilated pooling";
  if (op.fn == ops::PoolFn::lp) return "no CPU kernel for this function";
  const Shape& xs = node.operand_type(0)->shape;
  const Shape& ys = node.result_type().shape;
  const dnnl::memory::dims end = end_padding(op, xs, ys);
  const std::size_t count = op.kernel.size();
  for (std::size_t a = 0; a < count; ++a) {
    const bool hangs_over = end[a] > op.pads[a + count];
    if (hangs_over && op.fn == ops::PoolFn::average && op.count_include_pad) return "averages over what ceil_mode adds";
  }
  using dnnl::algorithm;
  const algorithm kind = op.fn == ops::PoolFn::max ? algorithm::pooling_max
                         : op.count_include_pad    ? algorithm::pooling_avg_include_padding
                                                   : algorithm::pooling_avg_exclude_padding;
  return offer_or_reason([&] {
    const Layout layout = Layout::channels_last(xs.rank());
    const dnnl::memory::desc x = describe_memory(xs, layout);
    const dnnl::memory::desc y = describe_memory(ys, layout);
    const dnnl::memory::dims before(op.pads.begin(), op.pads.begin() + static_cast<std::ptrdiff_t>(count));
    const dnnl::pooling_forward::desc description(dnnl::prop_kind::forward_inference, kind, x, y, to_dims(op.strides),
                                                  to_dims(op.kernel), before, end);
    const dnnl::pooling_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
    return primitive_candidate(dnnl::pooling_forward(primitive), primitive,
                               {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, y, 1, {}}}, {{0, layout}}, layout);
  });
}

}  // namespace exeunt::cpu
