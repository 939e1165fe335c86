#include "cpu/softmax.h"

#include "base/text.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

class SoftmaxArgs : public StepArgs {
 public:
  SoftmaxFn kernel = nullptr;
  std::ptrdiff_t rows = 0;
  std::ptrdiff_t count = 0;
};

void run_softmax(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const SoftmaxArgs&>(step);
  args.kernel(reinterpret_cast<const float*>(operands[0]), args.rows, args.count,
              reinterpret_cast<float*>(operands[1]));
}

}  // namespace

std::vector<Candidate> own_softmax_candidates(std::int64_t axis, bool logarithm, const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const auto at = static_cast<std::size_t>(normalize_axis(axis, shape.rank()));
  Layout layout = node.layouts[0];
  if (layout.strides(shape)[at] != 1) layout = Layout::row_major(shape.rank());
  if (layout.strides(shape)[at] != 1) return {};
  auto args = std::make_shared<SoftmaxArgs>();
  const RowKernels& kernels = active_kernels().rows;
  args->kernel = logarithm ? kernels.log_softmax : kernels.softmax;
  args->count = shape[static_cast<int>(at)];
  args->rows = shape.elements() / args->count;
  return {Candidate{formatted("{}_{}", active_kernels().isa, logarithm ? "log_softmax" : "softmax"),
                    run_softmax,
                    std::move(args),
                    {{0, layout}},
                    layout,
                    0}};
}

}  // namespace exeunt::cpu
