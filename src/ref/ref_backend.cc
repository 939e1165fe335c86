#include "ref/ref_backend.h"

#include <array>

namespace exeunt {

namespace {

/// Operand types of a node; those left out stay not present when it runs.
class RefArgs : public StepArgs {
 public:
  Op op;
  std::vector<TensorView> operands;  // types only; data null where left out, otherwise set at run time
  std::vector<bool> present;
  TensorType result;

  std::unique_ptr<StepState> make_state() const override;
};

/// The operand views of one session: filled in at each run, without allocating.
class RefState : public StepState {
 public:
  explicit RefState(std::vector<TensorView> views) : operands(std::move(views)) {}
  std::vector<TensorView> operands;
};

std::unique_ptr<StepState> RefArgs::make_state() const { return std::make_unique<RefState>(operands); }

void run_ref(const StepArgs& step, StepState* state, std::byte* const* addresses) noexcept {
  const auto& args = static_cast<const RefArgs&>(step);
  std::vector<TensorView>& operands = static_cast<RefState*>(state)->operands;
  std::size_t next = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (args.present[i]) operands[i].data = addresses[next++];
  }
  const MutableTensorView result{addresses[next], args.result};
  run_reference(args.op, operands, {&result, 1});
}

class ReorderArgs : public StepArgs {
 public:
  TensorType type;
  Layout from;
  Layout to;
};

void run_reorder(const StepArgs& step, StepState*, std::byte* const* addresses) noexcept {
  const auto& args = static_cast<const ReorderArgs&>(step);
  copy_layout(addresses[0], args.from, addresses[1], args.to, args.type);
}

class RefBackend : public Backend {
 public:
  std::string_view name() const noexcept override { return "ref"; }

  Offer offer(const NodeView& node) const override {
    auto args = std::make_shared<RefArgs>();
    args->op = node.node.op;
    args->result = node.result_type();
    Candidate candidate{"reference", run_ref, nullptr, {}, Layout::row_major(args->result.shape.rank()), 0};
    for (std::size_t i = 0; i < node.node.inputs.size(); ++i) {
      const TensorType* type = node.operand_type(i);
      args->present.push_back(type != nullptr);
      args->operands.push_back(type == nullptr ? TensorView{} : TensorView{nullptr, *type});
      if (type != nullptr) candidate.uses.push_back({i, Layout::row_major(type->shape.rank())});
    }
    candidate.args = std::move(args);
    return std::vector{std::move(candidate)};
  }

  std::optional<Candidate> reorder(const TensorType& type, const Layout& from, const Layout& to) const override {
    auto args = std::make_shared<ReorderArgs>();
    args->type = type;
    args->from = from;
    args->to = to;
    return Candidate{"copy", run_reorder, std::move(args), {{0, from}}, to, 0};
  }
};

}  // namespace

const Backend& ref_backend() {
  static const RefBackend backend;
  return backend;
}

}  // namespace exeunt
