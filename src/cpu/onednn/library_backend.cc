#include "cpu/cpu_backend.h"
#include "cpu/onednn/library_offer.h"

namespace exeunt {

namespace {

constexpr std::string_view kLibrary = "onednn:";

Offer library_offer_of(const NodeView& node) {
  return std::visit(
      [&](const auto& op) -> Offer {
        if constexpr (requires { cpu::library_offer(op, node); }) {
          return cpu::library_offer(op, node);
        } else {
          return std::string();
        }
      },
      node.node.op);
}

/// Candidates of our own in front of what the library offers, but for its plain loops: they are slow, and off x86 they
/// make NaN of ReLU's infinity and numbers of NaN.
class CpuBackend : public Backend {
 public:
  std::string_view name() const noexcept override { return own_cpu_backend().name(); }

  Offer offer(const NodeView& node) const override {
    if (!node.wanted.empty()) return node.wanted.starts_with(kLibrary) ? library_offer_of(node) : own_offer_of(node);
    Offer own = own_offer_of(node);
    Offer library = library_offer_of(node);
    auto* candidates = std::get_if<std::vector<Candidate>>(&own);
    if (candidates == nullptr) {
      const auto* reason = std::get_if<std::string>(&library);
      return reason != nullptr && reason->empty() ? own : library;
    }
    if (auto* more = std::get_if<std::vector<Candidate>>(&library)) {
      for (Candidate& candidate : *more) {
        if (!candidate.kernel.starts_with("onednn:ref")) candidates->push_back(std::move(candidate));
      }
    }
    return own;
  }

  std::optional<Candidate> reorder(const TensorType& type, const Layout& from, const Layout& to) const override {
    return own_cpu_backend().reorder(type, from, to);
  }

 private:
  static Offer own_offer_of(const NodeView& node) { return own_cpu_backend().offer(node); }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace exeunt
