#include "cpu/gemm.h"

#include <algorithm>

#include "base/aligned_buffer.h"
#include "cpu/conv_candidates.h"

namespace exeunt::cpu {

namespace {

/// A product is a 1x1 convolution of a picture one row high.
class GemmArgs : public StepArgs {
 public:
  DirectConv conv;
  DirectConvFn kernel = nullptr;
  AlignedBuffer weights;
};

void run_gemm(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const GemmArgs&>(step);
  args.kernel(args.conv, reinterpret_cast<const float*>(operands[0]), nullptr, reinterpret_cast<float*>(operands[1]));
}

/// [block][row][tile columns] of alpha * b, then the bias; zeros where columns end.
AlignedBuffer pack_matrix(const ops::Gemm& op, const Tensor& b, const Tensor* bias, int tile) {
  const std::int64_t rows = b.shape()[op.trans_b ? 1 : 0];
  const std::int64_t columns = b.shape()[op.trans_b ? 0 : 1];
  const std::int64_t padded = (columns + tile - 1) / tile * tile;
  AlignedBuffer packed(static_cast<std::size_t>(padded * (rows + 1)) * sizeof(float));
  auto* to = reinterpret_cast<float*>(packed.data());
  const float* from = b.span<float>().data();
  const auto alpha = static_cast<float>(op.alpha);
  for (std::int64_t k = 0; k < rows; ++k) {
    for (std::int64_t n = 0; n < columns; ++n)
      to[(n / tile * rows + k) * tile + n % tile] = alpha * from[op.trans_b ? n * rows + k : k * columns + n];
  }
  if (bias != nullptr) {
    const auto beta = static_cast<float>(op.beta);
    const std::span<const float> c = bias->span<float>();
    for (std::int64_t n = 0; n < columns; ++n)
      to[padded * rows + n] = beta * c[c.size() == 1 ? 0 : static_cast<std::size_t>(n)];
  }
  return packed;
}

Candidate make_candidate(const ops::Gemm& op, const NodeView& node, const Bounds& bounds, const DirectConvTile& tile) {
  const Shape& y = node.result_type().shape;
  const auto depth = static_cast<int>(node.operand_type(0)->shape[1]);
  auto args = std::make_shared<GemmArgs>();
  args->kernel = tile.run;
  args->weights = pack_matrix(op, *node.constant(1), node.constant(2), tile.channels);
  DirectConv& conv = args->conv;
  conv.weights = reinterpret_cast<const float*>(args->weights.data());
  conv.out_height = 1;
  conv.out_width = static_cast<int>(y[0]);
  conv.out_channels = static_cast<int>(y[1]);
  conv.bias = conv.weights + static_cast<std::ptrdiff_t>(rounded_up(conv.out_channels, tile.channels)) * depth;
  conv.kernel_height = 1;
  conv.runs = 1;
  conv.run = depth;
  conv.x_pixel = depth;
  conv.low = bounds.low;
  conv.high = bounds.high;
  const Layout layout = Layout::row_major(2);
  return {fmt::format("{}_gemm_{}x{}", active_kernels().isa, tile.pixels, tile.channels),
          run_gemm,
          std::move(args),
          {{0, layout}},
          layout,
          0};
}

}  // namespace

std::vector<Candidate> own_gemm_candidates(const ops::Gemm& op, const NodeView& node) {
  const std::optional<Bounds> bounds = bounds_of(op);
  if (op.trans_a || !bounds || node.constant(1) == nullptr) return {};
  const Shape& y = node.result_type().shape;
  if (const TensorType* c = node.operand_type(2)) {
    const int rank = c->shape.rank();
    const bool is_row =
        c->shape.elements() == 1 || (rank > 0 && c->shape[rank - 1] == y[1] && c->shape.elements() == y[1]);
    if (node.constant(2) == nullptr || !is_row) return {};
  }
  std::vector<Candidate> candidates;
  for (const DirectConvTile* tile : ranked_tiles(static_cast<int>(y[0]), static_cast<int>(y[1])))
    candidates.push_back(make_candidate(op, node, *bounds, *tile));
  return candidates;
}

}  // namespace exeunt::cpu
