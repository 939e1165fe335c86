#include <algorithm>
#include <cmath>

#include "cpu/kernels/kernel_table.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

namespace {

/// One scale and zero point for all elements.
class QuantizeArgs : public StepArgs {
 public:
  std::int64_t count = 0;
  float scale = 1;
  float zero = 0;
  decltype(QuantizedKernels::quantize) quantize = nullptr;      ///< of u8
  decltype(QuantizedKernels::dequantize) dequantize = nullptr;  ///< of u8
};

template <class Q>
void run_quantize(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const QuantizeArgs&>(step);
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  auto* y = reinterpret_cast<Q*>(operands[1]);
  constexpr float kLowest = std::numeric_limits<Q>::min();
  constexpr float kHighest = std::numeric_limits<Q>::max();
  for (std::int64_t i = 0; i < args.count; ++i) {
    // A NaN would make the cast undefined; 0 is what the reference gives.
    const float rounded = std::nearbyint(x[i] / args.scale) + args.zero;
    y[i] = static_cast<Q>(rounded != rounded ? 0.0F : std::min(std::max(rounded, kLowest), kHighest));
  }
}

template <class Q>
void run_dequantize(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const QuantizeArgs&>(step);
  const auto* x = reinterpret_cast<const Q*>(operands[0]);
  auto* y = reinterpret_cast<float*>(operands[1]);
  for (std::int64_t i = 0; i < args.count; ++i) y[i] = (static_cast<float>(x[i]) - args.zero) * args.scale;
}

void run_quantize_bytes(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const QuantizeArgs&>(step);
  args.quantize(reinterpret_cast<const float*>(operands[0]), args.count, args.scale, static_cast<int>(args.zero),
                reinterpret_cast<std::uint8_t*>(operands[1]));
}

void run_dequantize_bytes(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const QuantizeArgs&>(step);
  args.dequantize(reinterpret_cast<const std::uint8_t*>(operands[0]), args.count, args.scale,
                  static_cast<int>(args.zero), reinterpret_cast<float*>(operands[1]));
}

/// The constant parameters, or the reason why the kernel cannot use them.
std::variant<std::string, std::shared_ptr<QuantizeArgs>> read_parameters(const NodeView& node, DType quantized) {
  const Tensor* scale = node.constant(1);
  const Tensor* zero = node.constant(2);
  if (quantized != DType::u8 && quantized != DType::i8) return "integers of more than 8 bits";
  if (scale == nullptr || (node.operand_type(2) != nullptr && zero == nullptr))
    return "a scale that is computed at run time";
  if (scale->dtype() != DType::f32 || scale->elements() != 1) return "a scale for each channel, or not f32";
  auto args = std::make_shared<QuantizeArgs>();
  args->count = node.result_type().shape.elements();
  args->scale = scale->span<float>()[0];
  args->quantize = active_quantized_kernels().quantize;
  args->dequantize = active_quantized_kernels().dequantize;
  if (zero != nullptr)
    args->zero = quantized == DType::u8 ? zero->span<std::uint8_t>()[0] : zero->span<std::int8_t>()[0];
  return args;
}

Offer make_offer(const NodeView& node, DType quantized, const char* kernel, StepFn unsigned_fn, StepFn signed_fn) {
  auto parameters = read_parameters(node, quantized);
  if (auto* reason = std::get_if<std::string>(&parameters)) return std::move(*reason);
  const Layout& layout = node.layouts[0];
  return std::vector{Candidate{kernel,
                               quantized == DType::u8 ? unsigned_fn : signed_fn,
                               std::get<std::shared_ptr<QuantizeArgs>>(parameters),
                               {{0, layout}},
                               layout,
                               0}};
}

}  // namespace

Offer offer(const ops::Quantize&, const NodeView& node) {
  if (node.operand_type(0)->dtype != DType::f32) return "operands that are not f32";
  return make_offer(node, node.result_type().dtype, "quantize", run_quantize_bytes, run_quantize<std::int8_t>);
}

Offer offer(const ops::Dequantize&, const NodeView& node) {
  if (node.result_type().dtype != DType::f32) return "results that are not f32";
  return make_offer(node, node.operand_type(0)->dtype, "dequantize", run_dequantize_bytes, run_dequantize<std::int8_t>);
}

}  // namespace exeunt::cpu
