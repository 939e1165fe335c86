#include "cpu/pool.h"

#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

class PoolArgs : public StepArgs {
 public:
  Pool2d pool;
  Pool2dFn kernel = nullptr;
  int batch = 0;
};

void run_pool(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const PoolArgs&>(step);
  const Pool2d& pool = args.pool;
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  auto* y = reinterpret_cast<float*>(operands[1]);
  for (int sample = 0; sample < args.batch; ++sample) {
    args.kernel(pool, x, y);
    x += static_cast<std::ptrdiff_t>(pool.in_height) * pool.in_width * pool.channels;
    y += static_cast<std::ptrdiff_t>(pool.out_height) * pool.out_width * pool.channels;
  }
}

}  // namespace

std::optional<Candidate> pool_candidate(const ops::Pool& op, const NodeView& node) {
  const Shape& x = node.operand_type(0)->shape;
  const Shape& y = node.result_type().shape;
  const int rank = x.rank();
  if (rank < 3 || rank > 4 || op.fn == ops::PoolFn::lp) return std::nullopt;
  for (const std::int64_t dilation : op.dilations) {
    if (dilation != 1) return std::nullopt;
  }
  const bool is_max = op.fn == ops::PoolFn::max;
  // What ceil_mode hangs over the end counts for nothing, unlike padding.
  if (!is_max && op.count_include_pad && op.ceil_mode) return std::nullopt;
  const auto of = [](std::int64_t value) { return static_cast<int>(value); };
  auto args = std::make_shared<PoolArgs>();
  args->batch = of(x[0]);
  args->kernel = is_max ? active_kernels().max_pool : active_kernels().average_pool;
  Pool2d& pool = args->pool;
  pool.channels = of(x[1]);
  pool.in_width = of(x[rank - 1]);
  pool.out_width = of(y[rank - 1]);
  pool.kernel_width = of(op.kernel.back());
  pool.stride_width = of(op.strides.back());
  pool.pad_left = of(op.pads[op.kernel.size() - 1]);
  pool.count_padding = op.count_include_pad;
  if (rank == 4) {
    pool.in_height = of(x[2]);
    pool.out_height = of(y[2]);
    pool.kernel_height = of(op.kernel[0]);
    pool.stride_height = of(op.strides[0]);
    pool.pad_top = of(op.pads[0]);
  }
  const Layout layout = Layout::channels_last(rank);
  return Candidate{fmt::format("{}_pool", active_kernels().isa), run_pool, std::move(args), {{0, layout}}, layout, 0};
}

}  // namespace exeunt::cpu
