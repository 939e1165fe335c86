#include "cpu/float_weights.h"
#include "cpu/onednn/eltwise.h"

namespace exeunt::cpu {

namespace {

/// Weights [M,C/group,k...] as oneDNN wants them: with groups, [group,M/group,C/group,k...].
Shape grouped_shape(const Shape& w, std::int64_t group) {
  if (group == 1) return w;
  std::vector<std::int64_t> dims = {group, w[0] / group};
  dims.insert(dims.end(), w.begin() + 1, w.end());
  return Shape(dims);
}

/// What follows the sum, in the order of the op's definition. An operand of step `i` of it is bound
/// under DNNL_ARG_ATTR_MULTIPLE_POST_OP(i).
class Epilogue {
 public:
  /// With `residual_in_result` the residual lies in the result already and is added from there.
  Epilogue(const ops::Conv& op, const NodeView& node, const dnnl::memory::desc& y, bool residual_in_result) {
    if (const Tensor* scale = node.constant(4)) {
      dnnl::memory::dims channels(y.dims().size(), 1);
      channels[1] = scale->elements();
      const dnnl::memory::desc desc(channels, dnnl::memory::data_type::f32, dnnl::memory::dims(channels.size(), 1));
      steps_.append_binary(dnnl::algorithm::binary_mul, desc);
      args_.push_back({post_op_index(), desc, -1, pack_constant(*scale, desc, desc)});
    }
    if (node.operand_type(3) != nullptr && residual_in_result) {
      steps_.append_sum();
    } else if (node.operand_type(3) != nullptr) {
      steps_.append_binary(dnnl::algorithm::binary_add, y);
      args_.push_back({post_op_index(), y, 1, {}});
    }
    append_activation_of(steps_, op);
  }

  dnnl::primitive_attr attributes() const {
    dnnl::primitive_attr attributes = base_attributes();
    attributes.set_post_ops(steps_);
    return attributes;
  }
  const std::vector<PrimitiveArg>& args() const { return args_; }

 private:
  int post_op_index() const { return DNNL_ARG_ATTR_MULTIPLE_POST_OP(steps_.len() - 1) | DNNL_ARG_SRC_1; }

  dnnl::post_ops steps_;
  std::vector<PrimitiveArg> args_;
};

Candidate make_candidate(const ops::Conv& op, const NodeView& node) {
  using Desc = dnnl::memory::desc;
  const Shape& xs = node.operand_type(0)->shape;
  const Shape ws = grouped_shape(node.operand_type(1)->shape, op.group);
  const Shape& ys = node.result_type().shape;
  const Layout layout = Layout::channels_last(xs.rank());
  const std::size_t spatial = op.strides.size();
  const Desc x = describe_memory(xs, layout);
  const Desc y = describe_memory(ys, layout);
  const Desc w({ws.begin(), ws.end()}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
  const Tensor* bias = node.constant(2);
  const Desc b = bias == nullptr ? Desc() : describe_row_major(bias->shape(), 1);
  dnnl::memory::dims dilations = to_dims(op.dilations);
  for (auto& d : dilations) --d;  // oneDNN counts the gaps
  const dnnl::memory::dims before(op.pads.begin(), op.pads.begin() + static_cast<std::ptrdiff_t>(spatial));
  const dnnl::memory::dims after(op.pads.begin() + static_cast<std::ptrdiff_t>(spatial), op.pads.end());
  const dnnl::convolution_forward::desc description(dnnl::prop_kind::forward_inference,
                                                    dnnl::algorithm::convolution_direct, x, w, b, y,
                                                    to_dims(op.strides), dilations, before, after);
  const auto describe = [&](const Epilogue& epilogue) {
    return dnnl::convolution_forward::primitive_desc(description, epilogue.attributes(), dnnl_engine());
  };
  Epilogue epilogue(op, node, y, false);
  dnnl::convolution_forward::primitive_desc primitive = describe(epilogue);
  // oneDNN 2.6 adds a residual at wrong places where it lowers a convolution to a matrix product.
  const bool lowered = std::string_view(primitive.impl_info_str()).find("gemm") != std::string_view::npos;
  const bool copies_residual = lowered && node.operand_type(3) != nullptr;
  if (copies_residual) {
    epilogue = Epilogue(op, node, y, true);
    primitive = describe(epilogue);
  }
  std::vector<PrimitiveArg> args = epilogue.args();
  args.push_back({DNNL_ARG_SRC, x, 0, {}});
  std::vector<OperandUse> uses = {{0, layout}};
  if (node.operand_type(3) != nullptr) uses.push_back({3, layout});
  Tensor storage;
  args.push_back(
      {DNNL_ARG_WEIGHTS,
       {},
       -1,
       pack_constant(floats_of(*node.constant(1), storage), describe_row_major(ws, 0), primitive.weights_desc())});
  if (bias != nullptr) args.push_back({DNNL_ARG_BIAS, {}, -1, pack_constant(*bias, b, b)});
  args.push_back({DNNL_ARG_DST, y, static_cast<int>(uses.size()), {}});
  return primitive_candidate(dnnl::convolution_forward(primitive), primitive, std::move(args), std::move(uses), layout,
                             copies_residual ? 1 : kFromScratch);
}

}  // namespace

Offer library_offer(const ops::Conv& op, const NodeView& node) {
  if (std::string reason = refuse_types(node, true); !reason.empty()) return reason;
  if (node.constant(1) == nullptr) return "weights that are computed at run time";
  for (const std::size_t i : {std::size_t{2}, std::size_t{4}}) {
    if (node.operand_type(i) != nullptr && node.constant(i) == nullptr)
      return "a bias or scale that is computed at run time";
  }
  return offer_or_reason([&] {
    Candidate candidate = make_candidate(op, node);
    if (has_16_bit_weights(node)) candidate.kernel += kWidenedWeights;
    return candidate;
  });
}

}  // namespace exeunt::cpu
