#include "base/text.h"
#include "cpu/elementwise.h"
#include "cpu/epilogue.h"

namespace exeunt::cpu {

namespace {

class UnaryArgs : public StepArgs {
 public:
  MapFn kernel = nullptr;
  std::ptrdiff_t count = 0;
  float alpha = 0, beta = 0;
};

void run_unary(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const UnaryArgs&>(step);
  args.kernel(reinterpret_cast<const float*>(operands[0]), reinterpret_cast<float*>(operands[1]), args.count,
              args.alpha, args.beta);
}

/// activation(x * scale + shift), the channels innermost or not.
class ScaleShiftArgs : public StepArgs {
 public:
  ScaleShiftFn kernel = nullptr;
  Epilogue epilogue;
  std::ptrdiff_t rounds = 1;  ///< through all channels
  std::ptrdiff_t runs = 1;    ///< one a channel; one for all where each element has its own channel
  std::ptrdiff_t run = 0;
  std::ptrdiff_t rest = 0;  ///< floats behind the last round, less than one
  bool repeated = false;    ///< one scale and shift a run
  std::vector<float> scale, shift;
};

void run_scale_shift(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const ScaleShiftArgs&>(step);
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  auto* y = reinterpret_cast<float*>(operands[1]);
  const Epilogue& epilogue = args.epilogue;
  const auto apply = [&](std::ptrdiff_t at, std::ptrdiff_t count) {
    args.kernel(x, args.scale.data() + at, args.shift.data() + at, args.repeated, epilogue.low, epilogue.high, y,
                count);
    if (epilogue.map != nullptr) epilogue.map(y, y, count, epilogue.alpha, epilogue.beta);
    x += count;
    y += count;
  };
  for (std::ptrdiff_t round = 0; round < args.rounds; ++round) {
    for (std::ptrdiff_t i = 0; i < args.runs; ++i) apply(i, args.run);
  }
  if (args.rest > 0) apply(0, args.rest);
}

std::vector<float> repeated(const Tensor& numbers, std::ptrdiff_t count, std::ptrdiff_t times) {
  const std::span<const float> from = numbers.span<float>();
  std::vector<float> all(static_cast<std::size_t>(count * times));
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = from[from.size() == 1 ? 0 : i % static_cast<std::size_t>(count)];
  return all;
}

}  // namespace

std::optional<Candidate> own_unary_candidate(const ops::Unary& op, const NodeView& node) {
  const std::optional<Map> map = map_of(op.fn);
  if (!map) return std::nullopt;
  auto args = std::make_shared<UnaryArgs>();
  args->kernel = active_kernels().elementwise.map(*map);
  args->count = node.result_type().shape.elements();
  const Epilogue epilogue = epilogue_of(op);
  args->alpha = *map == Map::clamp ? epilogue.low : epilogue.alpha;
  args->beta = *map == Map::clamp ? epilogue.high : epilogue.beta;
  const Layout& layout = node.layouts[0];
  return Candidate{formatted("{}_map", active_kernels().isa), run_unary, std::move(args), {{0, layout}}, layout, 0};
}

std::optional<Candidate> own_scale_shift_candidate(const ops::ScaleShift& op, const NodeView& node) {
  if (node.constant(1) == nullptr || node.constant(2) == nullptr) return std::nullopt;
  const Tensor& scale = *node.constant(1);
  const Tensor& shift = *node.constant(2);
  const Shape& shape = node.result_type().shape;
  const Layout& layout = node.layouts[0];
  const std::ptrdiff_t elements = shape.elements();
  const bool one_for_all = scale.elements() == 1 && shift.elements() == 1;
  const std::ptrdiff_t channels = one_for_all ? 1 : shape[1];
  auto args = std::make_shared<ScaleShiftArgs>();
  args->kernel = active_kernels().elementwise.scale_shift;
  args->epilogue = epilogue_of_op(op);
  const std::ptrdiff_t inner = one_for_all ? elements : layout.strides(shape)[1];
  // Rows of a few channels are laid end to end to make long runs.
  constexpr std::ptrdiff_t kLongRun = 256;
  const std::ptrdiff_t times = inner == 1 ? std::max<std::ptrdiff_t>(1, kLongRun / channels) : 1;
  args->repeated = inner > 1 || one_for_all;
  args->runs = args->repeated ? channels : 1;
  args->run = args->repeated ? inner : channels * times;
  args->rounds = elements / (args->runs * args->run);
  args->rest = elements % (args->runs * args->run);
  args->scale = repeated(scale, channels, times);
  args->shift = repeated(shift, channels, times);
  return Candidate{
      formatted("{}_scale_shift", active_kernels().isa), run_scale_shift, std::move(args), {{0, layout}}, layout, 0};
}

}  // namespace exeunt::cpu
