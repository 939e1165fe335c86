#include "cpu/lrn.h"

#include "base/text.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

class LrnArgs : public StepArgs {
 public:
  Lrn lrn;
  LrnFn kernel = nullptr;
};

void run_lrn(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const LrnArgs&>(step);
  args.kernel(args.lrn, reinterpret_cast<const float*>(operands[0]), reinterpret_cast<float*>(operands[2]),
              reinterpret_cast<float*>(operands[1]));
}

std::optional<Lrn::Power> power_of(double beta) {
  if (beta == 0.5) return Lrn::Power::half;
  if (beta == 0.75) return Lrn::Power::three_quarters;
  if (beta == 1) return Lrn::Power::one;
  return std::nullopt;
}

}  // namespace

std::optional<Candidate> lrn_candidate(const ops::Lrn& op, const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const std::optional<Lrn::Power> power = power_of(op.beta);
  constexpr double kLeastBias = 1e-6;
  // A window wider than twice the channels sums the same as one of that width.
  const std::int64_t channels = shape[1];
  const std::int64_t below = std::min((op.size - 1) / 2, channels);
  const std::int64_t above = std::min(op.size - 1 - (op.size - 1) / 2, channels);
  if (!power || !(op.bias >= kLeastBias) || !(op.alpha >= 0)) return std::nullopt;
  auto args = std::make_shared<LrnArgs>();
  args->kernel = active_kernels().lrn;
  args->lrn = {shape.elements() / channels,
               static_cast<int>(channels),
               static_cast<int>(below),
               static_cast<int>(above),
               static_cast<float>(op.bias),
               static_cast<float>(op.alpha / static_cast<double>(op.size)),
               *power};
  const Layout layout = Layout::channels_last(shape.rank());
  const auto floats = static_cast<std::size_t>(lrn_line_floats(args->lrn, active_kernels().lanes)) * kLrnPixels;
  return Candidate{formatted("{}_lrn", active_kernels().isa),
                   run_lrn,
                   std::move(args),
                   {{0, layout}},
                   layout,
                   floats * sizeof(float)};
}

}  // namespace exeunt::cpu
