#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

namespace {

/// Weights [C,M/group,k...] as oneDNN sees them: [group,M/group,C/group,k...], without the first axis for one group.
dnnl::memory::desc describe_weights(const Shape& w, std::int64_t group) {
  std::int64_t taps = 1;
  for (int a = 2; a < w.rank(); ++a) taps *= w[a];
  dnnl::memory::dims dims = {w[1], w[0] / group};
  dnnl::memory::dims strides = {taps, w[1] * taps};
  if (group > 1) {
    dims.insert(dims.begin(), group);
    strides.insert(strides.begin(), w[0] / group * w[1] * taps);
  }
  for (int a = 2; a < w.rank(); ++a) {
    taps /= w[a];
    dims.push_back(w[a]);
    strides.push_back(taps);
  }
  return {dims, dnnl::memory::data_type::f32, strides};
}

Candidate make_candidate(const ops::ConvTranspose& op, const NodeView& node) {
  using Desc = dnnl::memory::desc;
  const Shape& xs = node.operand_type(0)->shape;
  const Shape& ys = node.result_type().shape;
  const Layout layout = Layout::channels_last(xs.rank());
  const std::size_t spatial = op.strides.size();
  const Desc x = describe_memory(xs, layout);
  const Desc y = describe_memory(ys, layout);
  const Desc given = describe_weights(node.operand_type(1)->shape, op.group);
  const Desc w(given.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
  const Tensor* bias = node.constant(2);
  const Desc b = bias == nullptr ? Desc() : describe_row_major(bias->shape(), 1);
  dnnl::memory::dims dilations = to_dims(op.dilations);
  for (auto& d : dilations) --d;  // oneDNN counts the gaps
  const dnnl::memory::dims before(op.pads.begin(), op.pads.begin() + static_cast<std::ptrdiff_t>(spatial));
  dnnl::memory::dims after(op.pads.begin() + static_cast<std::ptrdiff_t>(spatial), op.pads.end());
  for (std::size_t a = 0; a < spatial; ++a) after[a] -= op.output_padding[a];
  const dnnl::deconvolution_forward::desc description(dnnl::prop_kind::forward_inference,
                                                      dnnl::algorithm::deconvolution_direct, x, w, b, y,
                                                      to_dims(op.strides), dilations, before, after);
  const dnnl::deconvolution_forward::primitive_desc primitive(description, base_attributes(), dnnl_engine());
  std::vector<PrimitiveArg> args = {{DNNL_ARG_SRC, x, 0, {}}};
  args.push_back({DNNL_ARG_WEIGHTS, {}, -1, pack_constant(*node.constant(1), given, primitive.weights_desc())});
  if (bias != nullptr) args.push_back({DNNL_ARG_BIAS, {}, -1, pack_constant(*bias, b, b)});
  args.push_back({DNNL_ARG_DST, y, 1, {}});
  return primitive_candidate(dnnl::deconvolution_forward(primitive), primitive, std::move(args), {{0, layout}}, layout);
}

}  // namespace

Offer library_offer(const ops::ConvTranspose& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  if (node.constant(1) == nullptr) return "weights that are computed at run time";
  if (node.operand_type(2) != nullptr && node.constant(2) == nullptr) return "a bias that is computed at run time";
  return offer_or_reason([&] { return make_candidate(op, node); });
}

}  // namespace exeunt::cpu
