#include "cpu/conv_step.h"

namespace exeunt::cpu {

Candidate conv_candidate(std::string kernel, StepFn run, std::shared_ptr<StepArgs> args, const NodeView& node,
                         std::size_t scratch_bytes) {
  const Layout layout = Layout::channels_last(node.result_type().shape.rank());
  Candidate candidate{std::move(kernel), run, std::move(args), {{0, layout}}, layout, scratch_bytes};
  if (node.operand_type(3) != nullptr) candidate.uses.push_back({3, layout});
  return candidate;
}

}  // namespace exeunt::cpu
