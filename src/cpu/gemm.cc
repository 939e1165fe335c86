#include "cpu/gemm.h"

#include <algorithm>

#include "cpu/conv_candidates.h"

namespace exeunt::cpu {

namespace {

/// A product is a 1x1 convolution of a picture one row high.
class GemmArgs : public StepArgs {
 public:
  DirectConv conv;
  DirectConvFn kernel = nullptr;
  PackedWeights weights;
  std::ptrdiff_t weight_floats = 0;

  void point_to(const float* packed) {
    conv.weights = packed;
    conv.bias = packed + weight_floats;
  }
  void move_weights(const MoveWeights& move) override { point_to(move(weights)); }
};

void run_gemm(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const GemmArgs&>(step);
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  args.kernel(args.conv, &x, {0, args.conv.out_channels}, nullptr, reinterpret_cast<float*>(operands[1]));
}

/// [block of lanes][row][lane] of alpha * b, then the bias; zeros where columns end.
PackedWeights pack_matrix(const ops::Gemm& op, const NodeView& node, int lanes, std::int64_t padded) {
  const Tensor& b = *node.constant(1);
  const std::int64_t rows = b.shape()[op.trans_b ? 1 : 0];
  const std::int64_t columns = b.shape()[op.trans_b ? 0 : 1];
  const auto alpha = static_cast<float>(op.alpha);
  const auto beta = static_cast<float>(op.beta);
  const auto fill = [&](std::span<float> to) {
    const float* from = b.span<float>().data();
    for (std::int64_t k = 0; k < rows; ++k) {
      for (std::int64_t n = 0; n < columns; ++n)
        to[static_cast<std::size_t>((n / lanes * rows + k) * lanes + n % lanes)] =
            alpha * from[op.trans_b ? n * rows + k : k * columns + n];
    }
    if (node.constant(2) == nullptr) return;
    const std::span<const float> c = node.constant(2)->span<float>();
    for (std::int64_t n = 0; n < columns; ++n)
      to[static_cast<std::size_t>(padded * rows + n)] = beta * c[c.size() == 1 ? 0 : static_cast<std::size_t>(n)];
  };
  return node.packer.pack(&b, node.constant(2),
                          fmt::format("gemm {} {} {} {} {}", lanes, padded, alpha, beta, op.trans_b),
                          static_cast<std::size_t>(padded * (rows + 1)), fill);
}

Candidate make_candidate(const ops::Gemm& op, const NodeView& node, const Bounds& bounds, const DirectConvTile& tile) {
  const Shape& y = node.result_type().shape;
  const auto depth = static_cast<int>(node.operand_type(0)->shape[1]);
  auto args = std::make_shared<GemmArgs>();
  args->kernel = tile.run;
  const int lanes = active_kernels().lanes;
  const int padded = rounded_up(static_cast<int>(y[1]), tile.channels);
  args->weights = pack_matrix(op, node, lanes, padded);
  args->weight_floats = static_cast<std::ptrdiff_t>(padded) * depth;
  args->point_to(reinterpret_cast<const float*>(args->weights->data()));
  DirectConv& conv = args->conv;
  conv.block_step = static_cast<std::ptrdiff_t>(lanes) * depth;
  conv.out_width = static_cast<int>(y[0]);
  conv.out_channels = static_cast<int>(y[1]);
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
  for (const DirectConvTile& tile : active_kernels().direct_conv) {
    if (tile.pixels <= y[0]) candidates.push_back(make_candidate(op, node, *bounds, tile));
  }
  return candidates;
}

}  // namespace exeunt::cpu
