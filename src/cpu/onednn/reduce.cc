#include <optional>

#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

namespace {

using dnnl::algorithm;

struct Reduction {
  algorithm kind;
  float p = 0;
};

std::optional<Reduction> reduction_of(ops::ReduceFn fn) {
  switch (fn) {
    case ops::ReduceFn::ReduceL1:
      return Reduction{algorithm::reduction_norm_lp_power_p_sum, 1};
    case ops::ReduceFn::ReduceL2:
      return Reduction{algorithm::reduction_norm_lp_sum, 2};
    case ops::ReduceFn::ReduceMax:
      return Reduction{algorithm::reduction_max};
    case ops::ReduceFn::ReduceMean:
      return Reduction{algorithm::reduction_mean};
    case ops::ReduceFn::ReduceMin:
      return Reduction{algorithm::reduction_min};
    case ops::ReduceFn::ReduceProd:
      return Reduction{algorithm::reduction_mul};
    case ops::ReduceFn::ReduceSum:
      return Reduction{algorithm::reduction_sum};
    case ops::ReduceFn::ReduceSumSquare:
      return Reduction{algorithm::reduction_norm_lp_power_p_sum, 2};
    default:
      return std::nullopt;
  }
}

}  // namespace

Offer library_offer(const ops::Reduce& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  const std::optional<Reduction> reduction = reduction_of(op.fn);
  if (!reduction) return "no CPU kernel for this function";
  const Shape& xs = node.operand_type(0)->shape;
  Shape kept = xs;
  for (int a = 0; a < kept.rank(); ++a) kept[a] = op.axes.empty() ? 1 : kept[a];
  for (const std::int64_t axis : op.axes) kept[normalize_axis(axis, kept.rank())] = 1;
  if (kept == xs) return "nothing to reduce";
  return offer_or_reason([&] {
    const Layout layout = Layout::row_major(xs.rank());
    const dnnl::memory::desc x = describe_memory(xs, layout);
    const dnnl::memory::desc y = describe_memory(kept, layout);
    const dnnl::reduction::desc description(reduction->kind, x, y, reduction->p, 0.0F);
    const dnnl::reduction::primitive_desc primitive(description, base_attributes(), dnnl_engine());
    return primitive_candidate(dnnl::reduction(primitive), primitive,
                               {{DNNL_ARG_SRC, x, 0, {}}, {DNNL_ARG_DST, y, 1, {}}}, {{0, layout}},
                               Layout::row_major(node.result_type().shape.rank()));
  });
}

}  // namespace exeunt::cpu
