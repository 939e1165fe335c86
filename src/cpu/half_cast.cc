#include "base/text.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

namespace {

class CastArgs : public StepArgs {
 public:
  const HalfKernels* kernels = nullptr;
  std::int64_t count = 0;
};

void run_narrow(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const CastArgs&>(step);
  args.kernels->narrow(reinterpret_cast<const float*>(operands[0]), args.count,
                       reinterpret_cast<std::uint16_t*>(operands[1]));
}

void run_widen(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const CastArgs&>(step);
  args.kernels->widen(reinterpret_cast<const std::uint16_t*>(operands[0]), args.count,
                      reinterpret_cast<float*>(operands[1]));
}

}  // namespace

Offer offer(const ops::Cast& op, const NodeView& node) {
  const DType from = node.operand_type(0)->dtype;
  const bool narrows = from == DType::f32;
  const HalfKernels* kernels =
      narrows || op.to == DType::f32 ? active_half_kernels(narrows ? op.to : from, node.wanted) : nullptr;
  if (kernels == nullptr) return "no CPU kernel for this op between these types";
  auto args = std::make_shared<CastArgs>();
  args->kernels = kernels;
  args->count = node.result_type().shape.elements();
  const Layout& layout = node.layouts[0];
  return std::vector{
      Candidate{formatted("{}_cast", kernels->name), narrows ? run_narrow : run_widen, args, {{0, layout}}, layout, 0}};
}

}  // namespace exeunt::cpu
