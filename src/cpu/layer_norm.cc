#include <algorithm>

#include "base/text.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

namespace {

class LayerNormArgs : public StepArgs {
 public:
  NormalizeRowFn kernel = nullptr;
  std::int64_t rows = 0;
  std::int64_t row = 0;
  float epsilon = 0;
  bool center = true;
  /// As often repeated as to hold whole rows, and all of their own period; empty if left out.
  std::vector<float> scale, bias;
};

void run_layer_norm(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const LayerNormArgs&>(step);
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  auto* y = reinterpret_cast<float*>(operands[1]);
  const auto row = static_cast<std::size_t>(args.row);
  std::size_t at = 0;  // in scale
  std::size_t bias_at = 0;
  for (std::int64_t r = 0; r < args.rows; ++r, x += row, y += row) {
    const float* scale = args.scale.empty() ? nullptr : args.scale.data() + at;
    const float* bias = args.bias.empty() ? nullptr : args.bias.data() + bias_at;
    args.kernel(x, args.row, args.epsilon, args.center, scale, bias, y);
    if (scale != nullptr) at = (at + row) % args.scale.size();
    if (bias != nullptr) bias_at = (bias_at + row) % args.bias.size();
  }
}

/// `p`, which broadcasts to `shape`, written out for the last axes of `shape`: from the first on which it differs, or
/// `axis` if that is earlier.
std::vector<float> written_out(const Tensor& p, const Shape& shape, int axis) {
  const Strides strides = broadcast_strides(p.shape(), shape);
  int first = axis;
  for (int i = 0; i < axis; ++i) {
    if (strides[static_cast<std::size_t>(i)] != 0) first = std::min(first, i);
  }
  const Shape tail(shape.dims().subspan(static_cast<std::size_t>(first)));
  Strides tail_strides{};
  std::copy(strides.begin() + first, strides.begin() + shape.rank(), tail_strides.begin());
  std::vector<float> numbers;
  for (StridedLoop<1> loop(tail, {tail_strides}); !loop.done(); loop.next()) {
    numbers.push_back(p.span<float>()[static_cast<std::size_t>(loop.offset(0))]);
  }
  return numbers;
}

}  // namespace

Offer offer(const ops::LayerNorm& op, const NodeView& node) {
  if (std::string reason = refuse_types(node); !reason.empty()) return reason;
  const Shape& shape = node.result_type().shape;
  const int axis = normalize_axis(op.axis, shape.rank());
  auto args = std::make_shared<LayerNormArgs>();
  args->row = 1;
  for (int i = axis; i < shape.rank(); ++i) args->row *= shape[i];
  args->rows = shape.elements() / args->row;
  args->kernel = active_kernels().rows.normalize;
  args->epsilon = static_cast<float>(op.epsilon);
  args->center = op.center;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (node.operand_type(i) == nullptr) continue;
    if (node.constant(i) == nullptr) return "a scale or bias that is computed at run time";
    (i == 1 ? args->scale : args->bias) = written_out(*node.constant(i), shape, axis);
  }
  const Layout layout = Layout::row_major(shape.rank());
  return std::vector{Candidate{
      formatted("{}_layer_norm", active_kernels().isa), run_layer_norm, std::move(args), {{0, layout}}, layout, 0}};
}

}  // namespace exeunt::cpu
