#include "cpu/cpu_backend.h"

#include "cpu/offer.h"
#include "cpu/strided_copy.h"

namespace exeunt {

namespace {

class OwnCpuBackend : public Backend {
 public:
  std::string_view name() const noexcept override { return "cpu"; }

  Offer offer(const NodeView& node) const override {
    return std::visit(
        [&](const auto& op) -> Offer {
          if constexpr (requires { cpu::offer(op, node); }) {
            return cpu::offer(op, node);
          } else {
            return "no CPU kernel for this op";
          }
        },
        node.node.op);
  }

  std::optional<Candidate> reorder(const TensorType& type, const Layout& from, const Layout& to) const override {
    return cpu::reorder_candidate(type, from, to);
  }
};

}  // namespace

const Backend& own_cpu_backend() {
  static const OwnCpuBackend backend;
  return backend;
}

}  // namespace exeunt
