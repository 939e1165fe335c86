#include <cstdlib>

#include "cpu/cpu_backend.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/transpose.inl.h"
#include "cpu/offer.h"
#include "cpu/pool.h"
#include "cpu/simd/scalar.h"
#include "cpu/strided_copy.h"

// Built with the namespace `cpu` renamed, as all sources of the backend that belong to this program.
namespace exeunt {

namespace cpu {

const QuantizedKernels& active_quantized_kernels(std::string_view) {
  const char* wanted = std::getenv("EXEUNT_EMULATE");
  for (const QuantizedKernels* kernels : {&avx2_vnni_kernels(), &avx512_quantized_kernels(), &avx512_vnni_kernels()}) {
    if (wanted != nullptr && kernels->isa == wanted) return *kernels;
  }
  fail(ErrorCode::argument, "EXEUNT_EMULATE is not avx2_vnni, avx512 or avx512_vnni");
}

const HalfKernels* active_half_kernels(DType dtype, std::string_view) {
  return dtype == DType::bf16 ? &avx512_bf16_kernels() : nullptr;
}

const KernelTable& active_kernels() {
  static const KernelTable table{.isa = "scalar", .lanes = Scalar::kLanes, .transpose = transpose<Scalar>};
  return table;
}

}  // namespace cpu

namespace {

/// Runs ops on integers and bf16; everything else is for the reference.
class EmulatedBackend : public Backend {
 public:
  std::string_view name() const noexcept override { return "cpu"; }
  Offer offer(const NodeView& node) const override {
    if (const auto* conv = std::get_if<ops::QuantizedConv>(&node.node.op)) return cpu::offer(*conv, node);
    if (const auto* add = std::get_if<ops::QuantizedAdd>(&node.node.op)) return cpu::offer(*add, node);
    if (const auto* cast = std::get_if<ops::Cast>(&node.node.op)) return cpu::offer(*cast, node);
    const bool is_bf16 = !node.node.inputs.empty() && node.operand_type(0)->dtype == DType::bf16;
    const auto* conv = std::get_if<ops::Conv>(&node.node.op);
    if (is_bf16 && conv != nullptr) return cpu::half_conv_offer(*conv, node, cpu::avx512_bf16_kernels());
    if (const auto* pool = std::get_if<ops::Pool>(&node.node.op); is_bf16 && pool != nullptr) {
      if (auto candidate = cpu::pool_candidate(*pool, node)) return std::vector{*candidate};
    }
    return "u8 operands, bf16 operands without a kernel, or floats";
  }
  std::optional<Candidate> reorder(const TensorType& type, const Layout& from, const Layout& to) const override {
    return cpu::reorder_candidate(type, from, to);
  }
};

}  // namespace

const Backend& cpu_backend() {
  static const EmulatedBackend backend;
  return backend;
}

}  // namespace exeunt
