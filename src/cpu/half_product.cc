#include <algorithm>

#include "base/half.h"
#include "base/text.h"
#include "cpu/epilogue.h"
#include "cpu/float_weights.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

namespace {

class HalfProductArgs : public StepArgs {
 public:
  Gemm gemm;
  HalfGemmFn kernel = nullptr;
  PackedWeights weights;        ///< halves, then the bias in whole vectors
  std::ptrdiff_t bias_at = -1;  ///< floats before it; -1: there is none
  const float* packed = nullptr;

  void move_weights(const MoveWeights& move) override { packed = move(weights); }
};

void run_half_product(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const HalfProductArgs&>(step);
  const float* bias = args.bias_at < 0 ? nullptr : args.packed + args.bias_at;
  args.kernel(args.gemm, reinterpret_cast<const float*>(operands[0]),
              reinterpret_cast<const std::uint16_t*>(args.packed), bias, nullptr,
              reinterpret_cast<float*>(operands[1]));
}

std::string refuse_half_product(const ops::Gemm& op, const NodeView& node) {
  if (node.result_type().shape.elements() == 0 || node.operand_type(0)->shape.elements() == 0) return "an empty tensor";
  if (node.result_type().shape[0] != 1) return "16-bit weights beside more than one row";
  if (node.weights(1) == nullptr) return "16-bit weights that are computed at run time";
  if (op.alpha != 1) return "a factor beside 16-bit weights";
  const TensorType* c = node.operand_type(2);
  if (c == nullptr) return "";
  if (node.weights(2) == nullptr) return "a bias that is computed at run time";
  const std::int64_t elements = c->shape.elements();
  return elements == 1 || elements == node.result_type().shape[1] ? "" : "a bias that is not a row";
}

/// [panel][row][column of the panel], the last panel's columns in whole vectors. A bf16 in a half's range is one, too.
void pack_half_panels(const Tensor& b, bool is_turned, const Gemm& gemm, int panel, int lanes, std::uint16_t* packed) {
  Tensor storage;
  const float* from = floats_of(b, storage).span<float>().data();
  const std::ptrdiff_t row = is_turned ? 1 : gemm.columns;
  const std::ptrdiff_t column = is_turned ? gemm.depth : 1;
  for (int first = 0; first < gemm.columns; first += panel) {
    const int count = std::min(panel, gemm.columns - first);
    const int width = (count + lanes - 1) / lanes * lanes;
    for (int k = 0; k < gemm.depth; ++k, packed += width) {
      for (int n = 0; n < count; ++n) packed[n] = Half(from[k * row + (first + n) * column]).bits;
    }
  }
}

void pack_half_weights(HalfProductArgs& args, const ops::Gemm& op, const NodeView& node) {
  const Gemm& gemm = args.gemm;
  const int panel = active_kernels().gemm.panel;
  const int lanes = active_kernels().lanes;
  const auto columns = static_cast<std::size_t>((gemm.columns + lanes - 1) / lanes * lanes);
  const std::size_t matrix = (static_cast<std::size_t>(gemm.depth) * columns + 1) / 2;
  const Tensor* bias = node.weights(2);
  if (bias != nullptr) args.bias_at = static_cast<std::ptrdiff_t>(matrix);
  args.weights = node.packer.pack(
      node.weights(1), bias, formatted("half panels {} {} {} {}", panel, lanes, op.trans_b, op.beta),
      matrix + (bias == nullptr ? 0 : columns), [&](std::span<float> to) {
        pack_half_panels(*node.weights(1), op.trans_b, gemm, panel, lanes, reinterpret_cast<std::uint16_t*>(to.data()));
        if (bias == nullptr) return;
        const std::span<const float> from = bias->span<float>();
        for (std::size_t n = 0; n < static_cast<std::size_t>(gemm.columns); ++n)
          to[matrix + n] = static_cast<float>(op.beta) * from[from.size() == 1 ? 0 : n];
      });
  args.packed = reinterpret_cast<const float*>(args.weights->data());
}

}  // namespace

Offer half_product_offer(const ops::Gemm& op, const NodeView& node) {
  if (std::string reason = refuse_half_product(op, node); !reason.empty()) return reason;
  // One row: whether it is stored as a row or a column is all there is to its layout.
  const Layout& layout = node.layouts[0];
  const TensorType& a = *node.operand_type(0);
  auto args = std::make_shared<HalfProductArgs>();
  args->kernel = active_kernels().gemm.run_halves;
  Gemm& gemm = args->gemm;
  gemm.rows = 1;
  gemm.columns = static_cast<int>(node.result_type().shape[1]);
  gemm.depth = static_cast<int>(a.shape.elements());
  gemm.a_column = layout.strides(a.shape)[op.trans_a ? 0 : 1];
  gemm.y_row = gemm.columns;
  const Epilogue epilogue = epilogue_of_op(op);
  gemm.low = epilogue.low;
  gemm.high = epilogue.high;
  gemm.map = epilogue.map;
  gemm.alpha = epilogue.alpha;
  gemm.beta = epilogue.beta;
  pack_half_weights(*args, op, node);
  Candidate candidate{formatted("{}_half_gemm", active_kernels().isa),
                      run_half_product,
                      std::move(args),
                      {{0, layout}},
                      Layout::row_major(2),
                      0};
  return std::vector{std::move(candidate)};
}

}  // namespace exeunt::cpu
