#include "cpu/pool.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "cpu/kernels/half_conv.h"
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

/// The largest byte of each window that lies in the image, channel by channel.
void max_of_bytes(const Pool2d& pool, const std::uint8_t* x, std::uint8_t* y) noexcept {
  const auto channels = static_cast<std::size_t>(pool.channels);
  for (int row = 0; row < pool.out_height; ++row) {
    const int top = row * pool.stride_height - pool.pad_top;
    for (int column = 0; column < pool.out_width; ++column, y += channels) {
      const int left = column * pool.stride_width - pool.pad_left;
      std::fill_n(y, channels, std::uint8_t{0});
      for (int i = std::max(top, 0); i < std::min(top + pool.kernel_height, pool.in_height); ++i) {
        for (int j = std::max(left, 0); j < std::min(left + pool.kernel_width, pool.in_width); ++j) {
          const std::uint8_t* from = x + (static_cast<std::size_t>(i) * static_cast<std::size_t>(pool.in_width) +
                                          static_cast<std::size_t>(j)) *
                                             channels;
          for (std::size_t c = 0; c < channels; ++c) y[c] = std::max(y[c], from[c]);
        }
      }
    }
  }
}

void run_byte_pool(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const PoolArgs&>(step);
  const Pool2d& pool = args.pool;
  const auto* x = reinterpret_cast<const std::uint8_t*>(operands[0]);
  auto* y = reinterpret_cast<std::uint8_t*>(operands[1]);
  for (int sample = 0; sample < args.batch; ++sample) {
    max_of_bytes(pool, x, y);
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
  const DType dtype = node.operand_type(0)->dtype;
  if (dtype != DType::f32 && !is_max) return std::nullopt;
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
  const auto candidate = [&](std::string kernel, StepFn run) {
    return Candidate{std::move(kernel), run, std::move(args), {{0, layout}}, layout, 0};
  };
  if (dtype == DType::u8) return candidate("int8_max_pool", run_byte_pool);
  if (const HalfKernels* halves = active_half_kernels(dtype, node.wanted)) {
    // In words of two channels.
    if (pool.channels % 2 != 0) return std::nullopt;
    pool.channels /= 2;
    args->kernel = halves->max_pool;
    return candidate(formatted("{}_pool", halves->name), run_pool);
  }
  args->kernel = is_max ? active_kernels().max_pool : active_kernels().average_pool;
  return candidate(formatted("{}_pool", active_kernels().isa), run_pool);
}

}  // namespace exeunt::cpu
